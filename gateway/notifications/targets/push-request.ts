/** Requests to push services, by which they know this gateway (VAPID, RFC 8292). */
import { createECDH, createPrivateKey, sign } from 'node:crypto';
import type { NotificationTarget } from '#shared/contract/notification.ts';
import type { OutgoingPost } from '../../deliveries/http-post.ts';
import { CURVE, encryptPush } from './push-encryption.ts';

/** Keys by which push services know this gateway, base64url. */
export interface VapidKeys {
  /** An uncompressed point, 65 bytes. */
  publicKey: string;
  /** 32 bytes. */
  privateKey: string;
}

const PRIVATE_BYTES = 32;
/** How long a push service keeps a message for a browser that is away, seconds. */
const TTL_S = 4 * 60 * 60;
/** How long a signature is valid, seconds; RFC 8292 allows a day. */
const VALID_S = 12 * 60 * 60;

/** New keys. */
export function makeVapidKeys(): VapidKeys {
  const pair = createECDH(CURVE);
  const publicKey = pair.generateKeys('base64url');
  const secret = pair.getPrivateKey();
  // Node leaves out leading zeros.
  const padded = Buffer.concat([Buffer.alloc(PRIVATE_BYTES - secret.length), secret]);
  return { publicKey, privateKey: padded.toString('base64url') };
}

/**
 * The request that brings a message to a browser.
 * @param contact of the operator: `https:` or `mailto:` @throws Error for keys that are none
 */
export function pushPost(
  { endpoint, keys }: Extract<NotificationTarget, { kind: 'push' }>,
  message: string,
  vapid: VapidKeys & { contact: string },
): OutgoingPost {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-encoding': 'aes128gcm',
    ttl: String(TTL_S),
    urgency: 'high',
    authorization: `vapid t=${token(new URL(endpoint).origin, vapid)}, k=${vapid.publicKey}`,
  };
  return { url: endpoint, headers, body: encryptPush(message, keys) };
}

/** Says who sends, to one push service only. */
function token(
  audience: string,
  { publicKey, privateKey, contact }: VapidKeys & { contact: string },
): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = { aud: audience, exp: Math.floor(Date.now() / 1000) + VALID_S, sub: contact };
  const signed = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`;
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d: privateKey };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
