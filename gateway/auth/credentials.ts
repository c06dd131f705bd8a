/** What a request carries to show who makes it, by header or in its address. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import { keyIdIn } from './keys/key.ts';

/** The token or key of an `Authorization` header, and whether browsers may have added it by themselves. */
export interface HeaderCredential {
  text: string;
  isBasic: boolean;
}

/**
 * Reads `Authorization`: Bearer (RFC 6750), or Basic (RFC 7617) with the token or key as password
 * and any user name. Undefined for every other scheme.
 */
export function headerCredential({ headers }: IncomingMessage): HeaderCredential | undefined {
  const { authorization = '' } = headers;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return { text: bearer, isBasic: false };
  const basic = /^Basic +([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (basic === undefined) return undefined;
  const [, ...password] = Buffer.from(basic, 'base64').toString().split(':');
  return { text: password.join(':'), isBasic: true };
}

/** What the query of an address carries. */
export interface AddressCredentials {
  ticket: string | undefined;
  key: string | undefined;
}

/**
 * Reads the query. Every other `key` is the secret of a WebRTC session.
 * @throws AppError `invalid-field` for a token
 */
export function addressCredentials({ url = '' }: IncomingMessage): AddressCredentials {
  const query = new URLSearchParams(url.split('?').slice(1).join('?'));
  if (query.has('token') || query.has('access_token')) throw notInAddress('token');
  const key = query.get('key') ?? '';
  return { ticket: query.get('ticket') ?? undefined, key: keyIdIn(key) === undefined ? undefined : key };
}

/** The refusal of a secret in an address that may not be there. */
export function notInAddress(field: 'token' | 'key'): AppError {
  const message =
    field === 'token'
      ? 'A token must not be in the address; use the Authorization header or a ticket'
      : 'A key may be in the address of pictures, MJPEG and HLS only, and with scope view only';
  return new AppError('invalid-field', message, { field });
}
