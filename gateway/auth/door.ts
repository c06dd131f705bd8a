/**
 * How a door other than HTTP (an RTSP server, a connection of an agent) checks who knocks.
 *
 * With the password itself (Basic, a first message), call {@link Door.byPassword}. With a digest (RFC 7616),
 * challenge with {@link REALM} and MD5 or SHA-256, and call {@link Door.byDigest} with a function that computes
 * the response from the account's hash, `H(user:realm:password)`; `shared/media/rtsp/digest.ts` has it. The user
 * name of a key is its id; a token takes any user name.
 *
 * Then ask {@link maySee} of `rights.ts` for the camera, and `isAllowed` for the role; both again for every
 * request, since they cost nothing. End the connection when {@link Door.onEnd} calls: the key was revoked or has
 * expired.
 */
import { createHash } from 'node:crypto';
import type { SecretBox } from '../store/secret-box.ts';
import { type Authenticator, principalOfKey } from './authenticator.ts';
import { type DigestSecrets, type Key, REALM } from './keys/key.ts';
import type { Principal } from './principal.ts';

/** Algorithms of {@link Door.byDigest}. */
export type DigestAlgorithm = keyof DigestSecrets;

/** An attempt to sign in by digest. */
export interface DigestAttempt {
  username: string;
  algorithm: DigestAlgorithm;
  /** Whether the response of the client follows from this `H(user:realm:password)`, hex. Compares in constant time. */
  matches(account: string): boolean;
  /** Address of the client; undefined for this machine, whose guesses are not counted. */
  address: string | undefined;
}

/** Checks tokens and keys. */
export interface Door {
  /** @throws AppError `unauthorized`, `too-many-requests`, `storage-unavailable` */
  byPassword(password: string, address: string | undefined): Principal;
  /** @throws AppError as {@link Door.byPassword} */
  byDigest(attempt: DigestAttempt): Principal;
  /** Calls `listener` when the key of a principal ends. Returns the unsubscribe function. */
  onEnd(principal: Principal, listener: () => void): () => void;
}

const HASHES: Record<DigestAlgorithm, string> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** The door of a gateway. @param box opens what {@link KeyRing} sealed */
export function createDoor(authenticator: Authenticator, box: Pick<SecretBox, 'open'>): Door {
  return {
    byPassword: (password, address) => authenticator.check(password, address),
    byDigest: ({ username, algorithm, matches, address }) => {
      const accountOf = (token: string): string =>
        createHash(HASHES[algorithm]).update(`${username}:${REALM}:${token}`).digest('hex');
      const key = authenticator.keys.get(username);
      const isKey = key !== undefined && matches(secretsOf(key, box)[algorithm]);
      if (isKey) authenticator.keys.used(key.id);
      const token = authenticator.tokens.all.find(({ text }) => matches(accountOf(text)));
      const byToken: Principal | undefined = token && { role: token.role, kind: 'token' };
      return authenticator.judge(isKey ? principalOfKey(key) : byToken, address);
    },
    onEnd: (principal, listener) => authenticator.onEnd(principal, listener),
  };
}

function secretsOf({ digest }: Key, box: Pick<SecretBox, 'open'>): DigestSecrets {
  return JSON.parse(box.open(digest)) as DigestSecrets;
}
