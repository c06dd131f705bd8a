/** Digest and Basic authentication as RTSP uses them (RFC 2617, RFC 7616). */
import { createHash } from 'node:crypto';

/** A parsed `WWW-Authenticate` challenge or `Authorization` header. */
export interface AuthHeader {
  /** Lower case: `digest` or `basic`. */
  scheme: string;
  parameters: Map<string, string>;
}

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
  /** `MD5` (default) or `SHA-256`. */
  algorithm?: string | undefined;
  /** `auth` when the server offers a quality of protection. */
  qop?: string | undefined;
  nc?: string | undefined;
  cnonce?: string | undefined;
}

/** The `response` of a digest (RFC 7616 section 3.4.1), hex. */
export function digestResponse(input: DigestInput): string {
  const hash = hasherOf(input.algorithm);
  const ha1 = hash(`${input.username}:${input.realm}:${input.password}`);
  const ha2 = hash(`${input.method}:${input.uri}`);
  if (input.qop === undefined) return hash(`${ha1}:${input.nonce}:${ha2}`);
  return hash(`${ha1}:${input.nonce}:${input.nc}:${input.cnonce}:${input.qop}:${ha2}`);
}

/** Whether we can answer a digest challenge with this algorithm. */
export function isKnownAlgorithm(algorithm: string | undefined): boolean {
  return algorithm === undefined || ['MD5', 'SHA-256'].includes(algorithm.toUpperCase());
}

function hasherOf(algorithm: string | undefined): (text: string) => string {
  const name = algorithm?.toUpperCase() === 'SHA-256' ? 'sha256' : 'md5';
  return (text) => createHash(name).update(text).digest('hex');
}
