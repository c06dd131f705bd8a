/** A scoped key: how its text is made, recognised and compared. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../principal.ts';

/** What a key allows. */
export type Scope = 'view' | 'operate' | 'admin';

/** A key as the gateway knows it: its text is nowhere. */
export interface Key {
  id: string;
  name: string;
  scope: Scope;
  /** The only cameras that exist for it; undefined: all. */
  cameras: ReadonlySet<string> | undefined;
  /** Unix milliseconds; undefined: it does not expire. */
  expiresAt: number | undefined;
  createdAt: number;
  /** SHA-256 of the text, hex. */
  hash: string;
  /** Sealed {@link DigestSecrets} as JSON. */
  digest: string;
}

/** A key, and when it was used last. */
export interface UsedKey extends Key {
  /** Unix milliseconds, to the minute; undefined before its first use. */
  lastUsedAt: number | undefined;
}

/** What a key allows, and until when. */
export type KeyRights = Pick<Key, 'scope' | 'cameras' | 'expiresAt'>;

/** What digest authentication needs in place of a password: `H(id:realm:key)` by algorithm, hex. */
export interface DigestSecrets {
  MD5: string;
  'SHA-256': string;
}

export const ROLE_OF_SCOPE: Record<Scope, Role> = { view: 'viewer', operate: 'operator', admin: 'admin' };
/** Realm of Basic and digest challenges. The secrets of stored keys depend on it: it never changes. */
export const REALM = 'visual-reasoning-gateway';

/** `vrg_`, the id, `_`, 160 random bits: a double click selects all of it, and it needs no escape in a URL. */
const TEXT = /^vrg_([0-9a-f]{12})_[0-9a-f]{40}$/;
const ID_BYTES = 6;
const SECRET_BYTES = 20;

/** Makes the id and the text of a new key. */
export function newKeyText(): { id: string; text: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, text: `vrg_${id}_${randomBytes(SECRET_BYTES).toString('hex')}` };
}

/** The id in the text of a key; undefined for text that is none. */
export function keyIdIn(text: string): string | undefined {
  return TEXT.exec(text)?.[1];
}

/** The text has 160 random bits, so that a fast hash is as good as a slow one. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compares in constant time. */
export function isTextOf({ hash }: Pick<Key, 'hash'>, text: string): boolean {
  return timingSafeEqual(Buffer.from(hash, 'hex'), Buffer.from(hashOf(text), 'hex'));
}

/** Whose digest a door other than HTTP can check; the user name is the id of the key. */
export function digestSecretsOf(id: string, text: string): DigestSecrets {
  const account = `${id}:${REALM}:${text}`;
  const hash = (name: string): string => createHash(name).update(account).digest('hex');
  return { MD5: hash('md5'), 'SHA-256': hash('sha256') };
}
