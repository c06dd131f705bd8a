/** The tokens of this gateway. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isUnwritable } from '../store/unwritable.ts';
import type { Role } from './principal.ts';

const TOKEN_BYTES = 32;

/** Recognises tokens in constant time. */
export class Tokens {
  /** All of them, for digests of other doors than HTTP. */
  readonly all: readonly { role: Role; text: string }[];
  readonly #hashes: { role: Role; hash: Buffer }[];

  constructor({ admin, viewer }: { admin: string; viewer: string | undefined }) {
    const ofViewers = viewer === undefined ? [] : [{ role: 'viewer', text: viewer } as const];
    this.all = [{ role: 'admin', text: admin }, ...ofViewers];
    this.#hashes = this.all.map(({ role, text }) => ({ role, hash: digest(text) }));
  }

  /** What a token allows; undefined for one that is not ours. */
  roleOf(token: string): Role | undefined {
    const hash = digest(token);
    // Every one is compared, so that time tells nothing of which.
    const matches = this.#hashes.filter((known) => timingSafeEqual(known.hash, hash));
    return matches[0]?.role;
  }
}

/**
 * The token that may do everything: API_TOKEN, else one made at the first start and kept in the
 * data folder for its owner alone, so that the sign-in link can be printed at every start. Where
 * nothing can be written it lasts until the gateway ends.
 */
export function loadApiToken(dataDir: string, apiToken: string | undefined): string {
  if (apiToken !== undefined) return apiToken;
  const file = join(dataDir, 'api-token');
  const fresh = randomBytes(TOKEN_BYTES).toString('base64url');
  try {
    writeFileSync(file, `${fresh}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isThere && !isUnwritable(error)) throw error;
    if (!isThere) return fresh;
    keepToOwner(file);
  }
  const token = readFileSync(file, 'utf8').trim();
  if (token === '') throw new Error(`${file} is empty; remove it to have a new token made`);
  return token;
}

function keepToOwner(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
