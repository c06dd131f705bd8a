/** Digest and Basic authentication as RTSP uses them (RFC 2617, RFC 7616). */
import { createHash } from 'node:crypto';

/** A parsed `WWW-Authenticate` challenge or `Authorization` header. */
export interface AuthHeader {
  /** Lower case: `digest` or `basic`. */
  scheme: string;
  parameters: Map<string, string>;
}

/** Algorithms of RFC 7616 section 6.1 and the names that OpenSSL has for their hashes. */
const HASH_NAMES = new Map([
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
  ['SHA-512-256', 'sha512-256'],
]);
/** Variants whose key includes the nonces of the session (RFC 7616 section 3.4.2). */
const SESSION_SUFFIX = '-SESS';
/** Longer than any header of the kind; the pattern below takes quadratic time on some texts. */
const MAX_HEADER_LENGTH = 2048;

/** Parses one `WWW-Authenticate` or `Authorization` value. */
export function parseAuthHeader(header: string): AuthHeader {
  const value = header.slice(0, MAX_HEADER_LENGTH);
  const space = value.indexOf(' ');
  const scheme = (space < 0 ? value : value.slice(0, space)).toLowerCase();
  const parameters = new Map<string, string>();
  const rest = space < 0 ? '' : value.slice(space + 1);
  for (const match of rest.matchAll(/([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi)) {
    parameters.set((match[1] as string).toLowerCase(), (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return { scheme, parameters };
}

/** What a digest response is computed over. */
export interface DigestInput {
  username: string;
  password: string;
  realm: string;
  nonce: string;
  method: string;
  uri: string;
  /** `MD5` (default), `SHA-256` or `SHA-512-256`, also with `-sess`. */
  algorithm?: string | undefined;
  /** `auth` when the server offers a quality of protection. */
  qop?: string | undefined;
  nc?: string | undefined;
  cnonce?: string | undefined;
}

/** The `response` of a digest (RFC 7616 section 3.4.1), hex. */
export function digestResponse(input: DigestInput): string {
  const account = hasherOf(input.algorithm)(`${input.username}:${input.realm}:${input.password}`);
  return responseOfAccount(account, input);
}

/** The same for a server that has the account's hash, `H(user:realm:password)` in hex, and no password. */
export function responseOfAccount(
  account: string,
  input: Omit<DigestInput, 'username' | 'password' | 'realm'>,
): string {
  const hash = hasherOf(input.algorithm);
  const isSession = input.algorithm?.toUpperCase().endsWith(SESSION_SUFFIX) === true;
  const ha1 = isSession ? hash(`${account}:${input.nonce}:${input.cnonce}`) : account;
  const ha2 = hash(`${input.method}:${input.uri}`);
  if (input.qop === undefined) return hash(`${ha1}:${input.nonce}:${ha2}`);
  return hash(`${ha1}:${input.nonce}:${input.nc}:${input.cnonce}:${input.qop}:${ha2}`);
}

/** Whether we can answer a digest challenge with this algorithm. */
export function isKnownAlgorithm(algorithm: string | undefined): boolean {
  return hashNameOf(algorithm) !== undefined;
}

function hasherOf(algorithm: string | undefined): (text: string) => string {
  const name = hashNameOf(algorithm) ?? 'md5';
  return (text) => createHash(name).update(text).digest('hex');
}

function hashNameOf(algorithm = 'MD5'): string | undefined {
  const name = algorithm.toUpperCase();
  return HASH_NAMES.get(name.endsWith(SESSION_SUFFIX) ? name.slice(0, -SESSION_SUFFIX.length) : name);
}
