/** Encrypts push messages for one browser: RFC 8291 over RFC 8188 (`aes128gcm`). */
import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';

/** Curve of push services, RFC 8291 and RFC 8292. */
export const CURVE = 'prime256v1';

const SALT_BYTES = 16;
const RECORD_BYTES = 4096;
/** Ends the last record (RFC 8188, section 2). */
const LAST_RECORD = 2;

/** Of a `PushSubscription`, base64url. */
export interface BrowserKeys {
  p256dh: string;
  auth: string;
}

/** What is new with every message. */
export interface MessageKeys {
  sender: ECDH;
  salt: Buffer;
}

/**
 * One record that holds a message, with its header.
 * @param message at most 3993 bytes @throws Error when `p256dh` is no point of the curve
 */
export function encryptPush(message: string, browser: BrowserKeys, { sender, salt } = newKeys()): Buffer {
  const receiverPoint = Buffer.from(browser.p256dh, 'base64url');
  const senderPoint = sender.getPublicKey();
  const shared = sender.computeSecret(receiverPoint);
  const auth = Buffer.from(browser.auth, 'base64url');
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiverPoint, senderPoint]);
  const secret = Buffer.from(hkdfSync('sha256', shared, auth, info, 32));
  const derive = (name: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, bytes));
  const cipher = createCipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  const record = [cipher.update(message), cipher.update(Buffer.of(LAST_RECORD)), cipher.final()];
  const sizes = Buffer.alloc(5);
  sizes.writeUInt32BE(RECORD_BYTES);
  sizes.writeUInt8(senderPoint.length, 4);
  return Buffer.concat([salt, sizes, senderPoint, ...record, cipher.getAuthTag()]);
}

function newKeys(): MessageKeys {
  const sender = createECDH(CURVE);
  sender.generateKeys();
  return { sender, salt: randomBytes(SALT_BYTES) };
}
