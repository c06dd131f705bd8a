/** Whose a stored thing is where no admin made it: its rights are those that its owner has now, and it ends with them. */
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { KnownKeys } from './keys/known-keys.ts';
import { principalOf } from './principal.ts';

/** What an owner may see now. */
export type OwnerRights =
  | { state: 'valid' /** Absent: all. */; cameras?: ReadonlySet<string> | undefined }
  /** Its key, token or proxy is no more. */
  | { state: 'ended' }
  /** Keys were not read yet. */
  | { state: 'unknown' };

export interface OwnersOptions {
  keys: Pick<KnownKeys, 'get' | 'areKnown' | 'onEnd'>;
  /** Changes with the tokens: what their holders own ends with them, as their sessions do. */
  secret: string;
  /** Whether a proxy signs people in. */
  hasProxy: boolean;
}

const KEY = 'key/';
const PERSON = 'person/';

/** Names owners in the database, and tells what they may see. */
export class Owners {
  readonly #options: OwnersOptions;
  readonly #ofToken: string;

  constructor(options: OwnersOptions) {
    this.#options = options;
    this.#ofToken = `token/${createHmac('sha256', options.secret).update('owner').digest('base64url')}`;
  }

  /** The owner of what a request makes. Undefined for an admin of all cameras: that belongs to the gateway. */
  of(request: IncomingMessage): string | undefined {
    const principal = principalOf(request);
    if (principal === undefined) throw new AppError('unauthorized', 'Sign in, or send a token');
    const { role, cameras, keyId, kind, name } = principal;
    if (role === 'admin' && cameras === undefined) return undefined;
    if (keyId !== undefined) return `${KEY}${keyId}`;
    return kind === 'proxy' ? `${PERSON}${name}` : this.#ofToken;
  }

  /** What an owner may see now. */
  rightsOf(owner: string): OwnerRights {
    const { keys, hasProxy } = this.#options;
    if (owner.startsWith(PERSON)) return { state: hasProxy ? 'valid' : 'ended' };
    if (!owner.startsWith(KEY)) return { state: owner === this.#ofToken ? 'valid' : 'ended' };
    if (!keys.areKnown) return { state: 'unknown' };
    const key = keys.get(owner.slice(KEY.length));
    return key === undefined ? { state: 'ended' } : { state: 'valid', cameras: key.cameras };
  }

  /** Calls with an owner whose key was revoked or expired. Returns the unsubscribe function. */
  onEnd(listener: (owner: string) => void): () => void {
    return this.#options.keys.onEnd((id) => listener(`${KEY}${id}`));
  }
}
