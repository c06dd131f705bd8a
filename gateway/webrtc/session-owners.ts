/** Which client opened a WebRTC session: session ids are numbers that every viewer can guess. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { addressKey } from '../auth/address-key.ts';
import { type Principal, signInsOf } from '../auth/principal.ts';

/** The client of a request. */
export interface SessionClient {
  principal: Principal | undefined;
  /** Its address. */
  address: string | undefined;
  /** Secret from the address of the session, where the request carries it. */
  key: string | undefined;
}

interface Owner {
  identity: string;
  /** Sessions and keys of the client: with them its sessions of video end. */
  signIns: readonly string[];
  key: string;
}

/** More than all workers carry; the oldest are forgotten first. */
const MAX_SESSIONS = 10_000;
const KEY_BYTES = 16;

/** Remembers the client of every session that this gateway opened. */
export class SessionOwners {
  readonly #owners = new Map<string, Owner>();

  /**
   * Notes who opened a session.
   * @returns the secret that its addresses carry, so that they work from another network too; undefined
   *   where the client is told apart without one
   */
  add(sessionId: string, client: SessionClient): string | undefined {
    const owner = {
      identity: identityOf(client),
      signIns: signInsOf(client.principal),
      key: randomBytes(KEY_BYTES).toString('base64url'),
    };
    this.#owners.delete(sessionId);
    this.#owners.set(sessionId, owner);
    if (this.#owners.size > MAX_SESSIONS) this.#owners.delete(this.#owners.keys().next().value as string);
    return isDistinct(client.principal) ? undefined : owner.key;
  }

  /**
   * Lets the client that opened a session speak about it.
   * @param isOpenToAdmins whether an admin may do it to every session
   * @throws AppError `session-not-found`: a session of another client is none
   */
  expectOwner(sessionId: string, client: SessionClient, isOpenToAdmins = false): void {
    const owner = this.#owners.get(sessionId);
    if (owner?.identity === identityOf(client) || isSame(owner?.key, client.key)) return;
    if (isOpenToAdmins && client.principal?.role === 'admin') return;
    throw new AppError('session-not-found', `No session ${sessionId.slice(0, 128)}`);
  }

  /** Forgets the sessions that were opened in a sign-in. @param signInId a session or a key @returns their ids */
  takeOfSignIn(signInId: string): string[] {
    const ids = [...this.#owners].flatMap(([id, { signIns }]) => (signIns.includes(signInId) ? id : []));
    for (const id of ids) this.#owners.delete(id);
    return ids;
  }
}

/** A token or key is shared by many clients: they are told apart by their address. */
function identityOf({ principal, address }: SessionClient): string {
  if (principal?.kind === 'local') return 'local';
  if (principal?.sessionId !== undefined) return `sign-in ${principal.sessionId}`;
  if (principal?.keyId !== undefined) return `key ${principal.keyId} ${addressKey(address)}`;
  if (principal?.kind === 'proxy') return `person ${principal.name}`;
  const kind = principal?.kind === 'ticket' ? 'token' : principal?.kind;
  return `${kind} ${principal?.role} ${addressKey(address)}`;
}

function isDistinct(principal: Principal | undefined): boolean {
  return principal === undefined || principal.kind === 'local' || principal.sessionId !== undefined;
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [left = Buffer.alloc(0), right = Buffer.alloc(0)] = [a, b].map((text) =>
    createHash('sha256').update(text).digest(),
  );
  return timingSafeEqual(left, right);
}
