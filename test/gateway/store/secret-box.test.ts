import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createSecretBox, isSecretKey, loadSecretKey } from '../../../gateway/store/secret-box.ts';
import { codeOf } from '../../support/errors.ts';

describe('SecretBox', () => {
  const box = createSecretBox(Buffer.alloc(32, 7));

  it('opens what it sealed, with any characters', () => {
    for (const text of ['', 'p@ss:w/rd#1', 'пароль 🔑', 'x'.repeat(10_000)])
      expect(box.open(box.seal(text))).to.equal(text);
  });

  it('seals the same text differently every time', () => {
    expect(box.seal('secret')).to.not.equal(box.seal('secret'));
  });

  it('opens nothing that was changed, cut, or sealed with another key', () => {
    const sealed = box.seal('secret');
    const other = createSecretBox(Buffer.alloc(32, 8)).seal('secret');
    // Not the last letter, of which some bits mean nothing.
    const flipped = `${sealed.slice(0, -2)}${sealed.at(-2) === 'A' ? 'B' : 'A'}${sealed.at(-1)}`;
    for (const text of [other, flipped, sealed.slice(0, 20), 'v2.abc', 'plain', ''])
      expect(
        codeOf(() => box.open(text)),
        text,
      ).to.equal('secret-unreadable');
  });
});

describe('loadSecretKey', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secret-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes a key once, for its owner alone to read', () => {
    const key = loadSecretKey(folder, undefined);
    expect(key).to.have.length(32);
    expect(loadSecretKey(folder, undefined).equals(key)).to.equal(true);
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).to.equal(0o600);
  });

  it('makes the same key of the same SECRET_KEY anywhere', () => {
    const key = loadSecretKey(folder, 'correct horse');
    expect(key.equals(loadSecretKey('/nowhere', 'correct horse'))).to.equal(true);
    expect(key.equals(loadSecretKey(folder, 'another'))).to.equal(false);
    expect(isSecretKey(key, 'correct horse')).to.equal(true);
    expect(isSecretKey(key, 'another')).to.equal(false);
  });

  it('recognises the key of the file as it stands there', () => {
    const key = loadSecretKey(folder, undefined);
    expect(isSecretKey(key, `${key.toString('base64')}\n`)).to.equal(true);
  });

  it('refuses a damaged key file rather than make another key', () => {
    writeFileSync(join(folder, 'secret.key'), 'short');
    expect(() => loadSecretKey(folder, undefined)).to.throw(/secret\.key does not hold a key/);
  });
});
