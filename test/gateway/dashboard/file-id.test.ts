import { expect } from 'chai';
import { idOfFile } from '../../../gateway/dashboard/browser/file-id.ts';

describe('The camera id that an upload suggests', () => {
  for (const [name, id] of [
    ['film.mp4', 'film'],
    ['Front door (2).MOV', 'Front-door-2'],
    ['Überwachung_1.final.mkv', 'Uberwachung_1.final'],
    ['___.mp4', ''],
    [`${'a'.repeat(80)}.ts`, 'a'.repeat(64)],
  ] as const) {
    it(`is made of the name of the file: ${name}`, () => {
      expect(idOfFile(name)).to.equal(id);
    });
  }
});
