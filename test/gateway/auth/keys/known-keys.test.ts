import { expect } from 'chai';
import { hashOf, type Key, newKeyText } from '../../../../gateway/auth/keys/key.ts';
import { KnownKeys } from '../../../../gateway/auth/keys/known-keys.ts';
import { codeOf } from '../../../support/errors.ts';

const NOW = 1_800_000_000_000;

function keyOf(expiresAt?: number): { key: Key; text: string } {
  const { id, text } = newKeyText();
  const key: Key = {
    id,
    name: 'Tablet',
    scope: 'view',
    cameras: undefined,
    expiresAt,
    createdAt: NOW,
    hash: hashOf(text),
    digest: '',
  };
  return { key, text };
}

describe('Known keys', () => {
  let now: number;
  let known: KnownKeys;
  beforeEach(() => {
    now = NOW;
    known = new KnownKeys(() => now);
  });
  afterEach(() => known.close());

  it('recognise the text of a key, and no other with its id', () => {
    const { key, text } = keyOf();
    known.learn([key]);
    expect(known.find(text)?.id).to.equal(key.id);
    expect(known.find(text.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).to.equal(undefined);
    expect(known.find(key.hash)).to.equal(undefined);
    expect(known.find('a token')).to.equal(undefined);
  });

  it('say that they are not known yet, and nothing of texts that are no keys', () => {
    expect(codeOf(() => known.find(keyOf().text))).to.equal('storage-unavailable');
    expect(
      codeOf(() => known.ofSignIn(keyOf().key.id)),
      'a session of a key',
    ).to.equal('storage-unavailable');
    expect(known.find('a token')).to.equal(undefined);
  });

  it('end those that are no longer stored', () => {
    const [kept, revoked] = [keyOf(), keyOf()];
    const ended: string[] = [];
    known.onEnd((id) => void ended.push(id));
    known.learn([kept.key, revoked.key]);
    known.learn([kept.key]);
    expect(ended).to.deep.equal([revoked.key.id]);
    expect(known.find(revoked.text)).to.equal(undefined);
    expect(known.find(kept.text)?.id).to.equal(kept.key.id);
  });

  it('end each when it expires', async () => {
    const { key, text } = keyOf(NOW + 20);
    const ended = new Promise<string>((resolve) => void known.onEnd(resolve));
    known.learn([key]);
    expect(known.find(text)?.id).to.equal(key.id);
    now = NOW + 20;
    expect(known.find(text)).to.equal(undefined);
    expect(await ended).to.equal(key.id);
  });
});
