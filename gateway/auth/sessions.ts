/** Sessions of browsers: a signed cookie, void after a week without use or after a sign-out. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { z } from 'zod';
import { roleSchema } from '#shared/contract/common.ts';
import type { Principal } from './principal.ts';
import { Signer } from './signer.ts';

const IDLE_MS = 7 * 24 * 3600 * 1000;
/** A cookie in use is renewed this often. */
const RENEW_MS = 24 * 3600 * 1000;

const sessionSchema = z.object({
  id: z.string(),
  role: roleSchema,
  /** Of the key with which it was begun: it ends with the key. */
  keyId: z.string().optional(),
  /** Unix milliseconds. */
  expiresAt: z.number(),
});

/** A session of a browser. */
export type Session = z.infer<typeof sessionSchema>;

/** Makes and recognises sessions. */
export class Sessions {
  readonly #signer: Signer;
  readonly #now: () => number;
  readonly #revoked = new Map<string, number>();
  readonly #events = new EventEmitter<{ revoke: [string] }>();

  /** @param secret the tokens: with another one every session ends */
  constructor(secret: string, now: () => number = Date.now) {
    this.#signer = new Signer(secret, 'session');
    this.#now = now;
    this.#events.setMaxListeners(0);
  }

  /** Begins a session. @returns the cookie's value */
  begin({ role, keyId }: Pick<Principal, 'role' | 'keyId'>): string {
    return this.#sign({ id: randomUUID(), role, keyId, expiresAt: this.#now() + IDLE_MS });
  }

  /** The session of a cookie; undefined if it is invalid, expired or ended. */
  find(cookie: string): Session | undefined {
    const session = sessionSchema.safeParse(this.#signer.verify(cookie)).data;
    if (session === undefined || session.expiresAt < this.#now()) return undefined;
    return this.#revoked.has(session.id) ? undefined : session;
  }

  /** A newer cookie for a session in use; undefined while the old one will do. */
  renew(session: Session): string | undefined {
    if (session.expiresAt - this.#now() > IDLE_MS - RENEW_MS) return undefined;
    return this.#sign({ ...session, expiresAt: this.#now() + IDLE_MS });
  }

  /** Ends a session, with its sockets. */
  revoke(id: string): void {
    this.learn(new Map([[id, this.#now() + IDLE_MS]]));
  }

  /** Takes note of sessions that were ended here or elsewhere. @param ended until when their cookies would be valid */
  learn(ended: ReadonlyMap<string, number>): void {
    for (const [known, until] of this.#revoked) if (until < this.#now()) this.#revoked.delete(known);
    for (const [id, until] of ended) {
      if (this.#revoked.has(id)) continue;
      this.#revoked.set(id, until);
      this.#events.emit('revoke', id);
    }
  }

  /** Sessions that were ended, with the time until which their cookies would be valid. */
  get ended(): ReadonlyMap<string, number> {
    return this.#revoked;
  }

  /** Calls when a session is ended. @returns the function that ends it */
  onRevoke(listener: (id: string) => void): () => void {
    this.#events.on('revoke', listener);
    return () => void this.#events.off('revoke', listener);
  }

  #sign(session: Session): string {
    return this.#signer.sign(session);
  }
}
