import { expect } from 'chai';
import type { Principal } from '../../../gateway/auth/principal.ts';
import {
  expectOwner,
  newOwner,
  type SessionClient,
  SessionOwners,
} from '../../../gateway/webrtc/session-owners.ts';
import { codeOf } from '../../support/errors.ts';

const client = (
  principal: Principal,
  address = '203.0.113.9',
  key: string | undefined = undefined,
): SessionClient => ({ principal, address, key });
const TOKEN: Principal = { role: 'viewer', kind: 'token' };
const SIGN_IN: Principal = { role: 'viewer', kind: 'session', sessionId: 'a' };
const TICKET: Principal = { role: 'viewer', kind: 'ticket' };
const LOCAL: Principal = { role: 'admin', kind: 'local' };

describe('A WebRTC session', () => {
  let owners: SessionOwners;
  beforeEach(() => {
    owners = new SessionOwners();
  });

  /** Opens a session. @returns the secret of its addresses */
  const open = (sessionId: string, by: SessionClient): string | undefined => {
    const { owner, key } = newOwner(by);
    owners.add(sessionId, owner);
    return key;
  };

  const isRefused = (asked: SessionClient, isOpenToAdmins = false): boolean => {
    try {
      expectOwner('1_0', owners.find('1_0'), { client: asked, isOpenToAdmins });
      return false;
    } catch {
      return true;
    }
  };

  it('has no owner before it is opened', () => {
    const speak = () => expectOwner('1_0', undefined, { client: client(LOCAL) });
    expect(codeOf(speak)).to.equal('session-not-found');
  });

  it('belongs to the sign-in in which it was opened, from wherever that is used', () => {
    expect(open('1_0', client(SIGN_IN))).to.equal(undefined);
    expect(isRefused(client(SIGN_IN, '198.51.100.1'))).to.equal(false);
    expect(isRefused(client({ ...SIGN_IN, sessionId: 'b' }))).to.equal(true);
    expect(isRefused(client(TOKEN))).to.equal(true);
    expect(isRefused(client({ ...TICKET, sessionId: 'a' }))).to.equal(false);
  });

  it('belongs to the address where a token is shared, and to the holder of its secret', () => {
    const key = open('1_0', client(TOKEN));
    expect(key).to.match(/^[\w-]{22}$/);
    expect(isRefused(client(TOKEN))).to.equal(false);
    expect(isRefused(client(TICKET))).to.equal(false);
    expect(isRefused(client(TOKEN, '198.51.100.1'))).to.equal(true);
    expect(isRefused(client(TOKEN, '198.51.100.1', 'another'))).to.equal(true);
    expect(isRefused(client(TOKEN, '198.51.100.1', key))).to.equal(false);
    expect(isRefused(client({ ...TOKEN, role: 'admin' }))).to.equal(true);
  });

  it('belongs to the address where a key is shared, and ends with the key, also in a sign-in with it', () => {
    const byKey: Principal = { role: 'viewer', kind: 'key', keyId: 'k' };
    expect(open('1_0', client(byKey))).to.match(/^[\w-]{22}$/);
    expect(isRefused(client(byKey))).to.equal(false);
    expect(isRefused(client({ ...byKey, kind: 'ticket' }))).to.equal(false);
    expect(isRefused(client(byKey, '198.51.100.1'))).to.equal(true);
    expect(isRefused(client({ ...byKey, keyId: 'another' }))).to.equal(true);
    open('1_1', client({ ...SIGN_IN, keyId: 'k' }));
    open('1_2', client({ ...byKey, keyId: 'another' }));
    expect(owners.takeOfSignIn('k')).to.deep.equal(['1_0', '1_1']);
  });

  it('needs no secret on this machine', () => {
    expect(open('1_0', client(LOCAL))).to.equal(undefined);
    expect(isRefused(client(LOCAL))).to.equal(false);
  });

  it('can be ended by an admin', () => {
    open('1_0', client(TOKEN));
    expect(isRefused(client(LOCAL), true)).to.equal(false);
    expect(isRefused(client({ ...TOKEN }, '198.51.100.1'), true)).to.equal(true);
  });

  it('is told to workers without anything that opens it', () => {
    const { owner, key } = newOwner(client({ ...SIGN_IN, sessionId: 'a-sign-in', keyId: 'a-key' }));
    const told = JSON.stringify([owner, newOwner(client(TOKEN)).owner]);
    for (const secret of ['a-sign-in', 'a-key', '203.0.113.9', 'token']) expect(told).to.not.include(secret);
    expect(key).to.equal(undefined);
    const shared = newOwner(client(TOKEN));
    expect(JSON.stringify(shared.owner)).to.not.include(shared.key);
  });

  it('ends with the sign-in in which it was opened', () => {
    open('1_0', client(SIGN_IN));
    open('1_1', client(TOKEN));
    expect(owners.takeOfSignIn('a')).to.deep.equal(['1_0']);
    expect(isRefused(client(SIGN_IN))).to.equal(true);
  });
});
