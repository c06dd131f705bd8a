import { expect } from 'chai';
import { safeName } from '../../../gateway/camera-streams/safe-name.ts';

describe('safeName', () => {
  for (const [original, safe] of [
    ['clip.mp4', 'clip.mp4'],
    ['My Holiday (1).MOV', 'My_Holiday_1.MOV'],
    ['Größe_Übung.mp4', 'Gro_e_Ubung.mp4'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\clip.avi', 'clip.avi'],
    ['/absolute/clip.mkv', 'clip.mkv'],
    ['..', 'video'],
    ['.hidden.mp4', 'hidden.mp4'],
    ['a\u0000b.mp4', 'a_b.mp4'],
    ['%2e%2e%2fx.mp4', '2e_2e_2fx.mp4'],
    ['x";\r\nSet-Cookie: a=b.mp4', 'x_Set-Cookie_a_b.mp4'],
    ['clip..part', 'clip.part'],
    ['--output=x.mp4', 'output_x.mp4'],
    ['视频.mp4', 'video.mp4'],
    ['', 'video'],
  ] as const) {
    it(`S14: makes ${JSON.stringify(safe)} of ${JSON.stringify(original)}`, () => {
      expect(safeName(original)).to.equal(safe);
    });
  }

  it('keeps the end of a long name', () => {
    const name = safeName(`${'long'.repeat(100)}.webm`);
    expect(name).to.have.lengthOf(100);
    expect(name).to.match(/^(long)+.*\.webm$/);
  });
});
