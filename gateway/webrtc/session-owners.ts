/** Which client opened a WebRTC session: session ids are numbers that every viewer can guess. */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { isSameSecret } from '#shared/same-secret.ts';
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

const digestSchema = z.string().max(64);

/** Owner of a session, as hashes (SHA-256, base64url): a worker that keeps it learns nothing that opens anything. */
export const sessionOwnerSchema = z.object({
  identity: digestSchema,
  /** Sessions and keys of the client: with them its sessions of video end. */
  signIns: z.array(digestSchema).max(2),
  key: digestSchema,
});
export type SessionOwner = z.infer<typeof sessionOwnerSchema>;

/** More than all workers carry; the oldest are forgotten first. */
const MAX_SESSIONS = 10_000;
const KEY_BYTES = 16;

/**
 * Describes the client that opens a session.
 * @returns `key`: the secret that the session's addresses carry, so that they work from another network too;
 *   undefined where the client is told apart without one
 */
export function newOwner(client: SessionClient): { owner: SessionOwner; key: string | undefined } {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  const owner = {
    identity: digest(identityOf(client)),
    signIns: signInsOf(client.principal).map(digest),
    key: digest(key),
  };
  return { owner, key: isDistinct(client.principal) ? undefined : key };
}

/**
 * Lets the client that opened a session speak about it.
 * @param owner of the session; undefined where there is no such session
 * @param isOpenToAdmins whether an admin may do it to every session
 * @throws AppError `session-not-found`: a session of another client is none
 */
export function expectOwner(
  sessionId: string,
  owner: SessionOwner | undefined,
  { client, isOpenToAdmins = false }: { client: SessionClient; isOpenToAdmins?: boolean },
): void {
  if (owner !== undefined && isSameSecret(owner.identity, digest(identityOf(client)))) return;
  if (owner !== undefined && client.key !== undefined && isSameSecret(owner.key, digest(client.key))) return;
  if (isOpenToAdmins && client.principal?.role === 'admin') return;
  throw new AppError('session-not-found', `No session ${sessionId.slice(0, 128)}`);
}

/** Whether a session ends with a sign-in. @param signInId a session or a key */
export function endsWith({ signIns }: SessionOwner, signInId: string): boolean {
  return signIns.includes(digest(signInId));
}

/** Remembers the client of every session that this gateway opened. */
export class SessionOwners {
  readonly #owners = new Map<string, SessionOwner>();

  /** Notes who opened a session. */
  add(sessionId: string, owner: SessionOwner): void {
    this.#owners.delete(sessionId);
    this.#owners.set(sessionId, owner);
    if (this.#owners.size > MAX_SESSIONS) this.#owners.delete(this.#owners.keys().next().value as string);
  }

  /** The owner of a session; undefined for one that this gateway did not open. */
  find(sessionId: string): SessionOwner | undefined {
    return this.#owners.get(sessionId);
  }

  /** Forgets the sessions that were opened in a sign-in. @param signInId a session or a key @returns their ids */
  takeOfSignIn(signInId: string): string[] {
    const ids = [...this.#owners].flatMap(([id, owner]) => (endsWith(owner, signInId) ? id : []));
    for (const id of ids) this.#owners.delete(id);
    return ids;
  }
}

/** A token or key is shared by many clients: they are told apart by their address. */
function identityOf({ principal, address }: SessionClient): string {
  // With the machine: gateways on several of them compare identities.
  if (principal?.kind === 'local') return `local ${hostname()}`;
  if (principal?.sessionId !== undefined) return `sign-in ${principal.sessionId}`;
  if (principal?.keyId !== undefined) return `key ${principal.keyId} ${addressKey(address)}`;
  if (principal?.kind === 'proxy') return `person ${principal.name}`;
  const kind = principal?.kind === 'ticket' ? 'token' : principal?.kind;
  return `${kind} ${principal?.role} ${addressKey(address)}`;
}

function isDistinct(principal: Principal | undefined): boolean {
  return principal === undefined || principal.kind === 'local' || principal.sessionId !== undefined;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
