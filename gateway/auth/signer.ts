/** Signed texts that only this gateway can have made: sessions and tickets need no store. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs JSON with HMAC-SHA256 (RFC 2104) for one purpose. */
export class Signer {
  readonly #key: Buffer;

  /** @param secret changes when all that was signed shall be void @param purpose keeps kinds of texts apart */
  constructor(secret: string, purpose: string) {
    this.#key = createHmac('sha256', secret).update(purpose).digest();
  }

  /** @returns text of URL-safe characters */
  sign(content: object): string {
    const body = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${body}.${this.#mac(body).toString('base64url')}`;
  }

  /** @returns what was signed, or undefined for anything else */
  verify(text: string): unknown {
    const [body = '', mac = ''] = text.split('.');
    const given = Buffer.from(mac, 'base64url');
    const expected = this.#mac(body);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return JSON.parse(Buffer.from(body, 'base64url').toString());
  }

  #mac(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body).digest();
  }
}
