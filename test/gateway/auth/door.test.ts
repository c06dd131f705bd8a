import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { digestResponse, responseOfAccount } from '#shared/media/rtsp/digest.ts';
import { Authenticator } from '../../../gateway/auth/authenticator.ts';
import { createDoor, type Door } from '../../../gateway/auth/door.ts';
import { digestSecretsOf, hashOf, newKeyText, REALM } from '../../../gateway/auth/keys/key.ts';
import { loadAuthConfig } from '../../../gateway/config/auth.ts';
import { codeOf } from '../../support/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const VIEWER = 'viewer-token-of-this-test';
const CHALLENGE = { realm: REALM, nonce: 'a nonce', method: 'DESCRIBE', uri: 'rtsp://gateway/1' };
const { id, text } = newKeyText();

describe('The door for servers other than HTTP', () => {
  const dataDir = temporaryFolder();
  let authenticator: Authenticator;
  let door: Door;

  beforeEach(() => {
    const env = { API_TOKEN: 'admin-token-of-this-test', VIEWER_TOKEN: VIEWER, RATE_LIMIT_LOGINS: '2' };
    authenticator = new Authenticator({ config: loadAuthConfig(env), dataDir });
    const rights = {
      name: 'Recorder',
      scope: 'view',
      cameras: new Set(['1']),
      expiresAt: undefined,
    } as const;
    const digest = JSON.stringify(digestSecretsOf(id, text));
    authenticator.keys.learn([{ ...rights, id, createdAt: 0, hash: hashOf(text), digest }]);
    door = createDoor(authenticator, { open: (sealed) => sealed });
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  function byDigest(username: string, password: string, algorithm: 'MD5' | 'SHA-256' = 'MD5') {
    const response = digestResponse({ ...CHALLENGE, username, password, algorithm });
    const matches = (account: string) => responseOfAccount(account, { ...CHALLENGE, algorithm }) === response;
    return door.byDigest({ username, algorithm, matches, address: '203.0.113.9' });
  }

  for (const algorithm of ['MD5', 'SHA-256'] as const)
    it(`takes a digest with ${algorithm} of a key with its id as user name, and of a token with any`, () => {
      const byKey = byDigest(id, text, algorithm);
      expect(byKey).to.include({ role: 'viewer', kind: 'key', keyId: id });
      expect([...(byKey.cameras ?? [])]).to.deep.equal(['1']);
      expect(byDigest('vlc', VIEWER, algorithm)).to.deep.equal({ role: 'viewer', kind: 'token' });
    });

  it('takes a password as it is, whichever it is', () => {
    expect(door.byPassword(text, undefined)).to.include({ kind: 'key', role: 'viewer' });
    expect(door.byPassword(VIEWER, undefined)).to.include({ kind: 'token', role: 'viewer' });
  });

  it('S18: refuses what is wrong, and an address that guesses', () => {
    expect(codeOf(() => byDigest(id, VIEWER.slice(1)))).to.equal('unauthorized');
    expect(codeOf(() => byDigest('vlc', 'another'))).to.equal('unauthorized');
    expect(codeOf(() => byDigest(id, text))).to.equal('too-many-requests');
  });

  it('refuses a key that was revoked, and tells when it is', () => {
    const principal = byDigest(id, text);
    let ends = 0;
    door.onEnd(principal, () => {
      ends += 1;
    });
    authenticator.keys.learn([]);
    expect(ends).to.equal(1);
    expect(codeOf(() => byDigest(id, text))).to.equal('unauthorized');
  });
});
