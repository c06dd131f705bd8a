import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  isDefault,
  namesRead,
  readExample,
  SET_BY_OTHERS,
  settingsPage,
} from '../../scripts/settings-page.ts';
import { ROOT } from '../support/source-files.ts';

const settings = readExample().flatMap((section) => section.settings);

describe('The description of the settings', () => {
  it('names every variable that the code reads, and no other', () => {
    const described = [...settings.map(({ name }) => name), ...Object.keys(SET_BY_OTHERS)];
    expect(described.sort()).to.deep.equal(namesRead());
  });

  it('says what each variable means', () => {
    expect(settings.filter(({ about }) => about === '')).to.deep.equal([]);
  });

  it('shows the defaults of the code', () => {
    const wrong = settings.filter((setting) => setting.value !== '' && !isDefault(setting));
    expect(wrong.map(({ name }) => name)).to.deep.equal([]);
  });

  it('is what docs/settings.md holds (npm run settings writes it)', () => {
    expect(readFileSync(join(ROOT, 'docs/settings.md'), 'utf8')).to.equal(settingsPage());
  });
});
