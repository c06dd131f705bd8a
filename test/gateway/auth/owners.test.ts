import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import type { Key } from '../../../gateway/auth/keys/key.ts';
import { KnownKeys } from '../../../gateway/auth/keys/known-keys.ts';
import { Owners } from '../../../gateway/auth/owners.ts';
import { type Principal, setPrincipal } from '../../../gateway/auth/principal.ts';

const KEY: Key = {
  ...{ id: 'a1', name: 'Anna', scope: 'view', cameras: new Set(['door']), expiresAt: undefined },
  ...{ createdAt: 0, hash: '', digest: '' },
};

describe('Owners of stored things', () => {
  let keys: KnownKeys;
  beforeEach(() => {
    keys = new KnownKeys();
  });
  afterEach(() => keys.close());

  const owners = (secret = 'tokens', hasProxy = true): Owners => new Owners({ keys, secret, hasProxy });

  function ownerOf(principal: Principal, by = owners()): string | undefined {
    const request = new IncomingMessage(new Socket());
    setPrincipal(request, principal);
    return by.of(request);
  }

  it('are no admins of all cameras', () => {
    expect(ownerOf({ role: 'admin', kind: 'session' })).to.equal(undefined);
    expect(ownerOf({ role: 'admin', kind: 'key', keyId: 'a1', cameras: new Set(['door']) })).to.equal(
      'key/a1',
    );
    expect(() => owners().of(new IncomingMessage(new Socket()))).to.throw('Sign in');
  });

  it('see what their key lets them see now, also from a session that was made with it', () => {
    const owner = ownerOf({ role: 'viewer', kind: 'session', sessionId: 's', keyId: 'a1' }) as string;
    expect(owners().rightsOf(owner)).to.deep.equal({ state: 'unknown' });
    keys.learn([KEY]);
    expect(owners().rightsOf(owner)).to.deep.equal({ state: 'valid', cameras: new Set(['door']) });
    const ended: string[] = [];
    owners().onEnd((one) => void ended.push(one));
    keys.learn([]);
    expect(owners().rightsOf(owner)).to.deep.equal({ state: 'ended' });
    expect(ended).to.deep.equal([owner]);
  });

  it('end with the token or the proxy by which they signed in', () => {
    const viewer = ownerOf({ role: 'viewer', kind: 'token' }) as string;
    expect(owners().rightsOf(viewer)).to.deep.equal({ state: 'valid' });
    expect(owners('new tokens').rightsOf(viewer)).to.deep.equal({ state: 'ended' });
    const person = ownerOf({ role: 'viewer', kind: 'proxy', name: 'anna' }) as string;
    expect(owners().rightsOf(person)).to.deep.equal({ state: 'valid' });
    expect(owners('tokens', false).rightsOf(person)).to.deep.equal({ state: 'ended' });
  });
});
