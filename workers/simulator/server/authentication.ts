/** The camera's side of digest authentication (RFC 2617, RFC 7616). */
import { randomBytes } from 'node:crypto';
import { digestResponse, parseAuthHeader } from '#shared/media/rtsp/digest.ts';

/** Who may watch. */
export interface SimulatorCredentials {
  username: string;
  password: string;
  /** Hash to demand; `MD5` by default, as nearly all cameras do. */
  algorithm?: 'MD5' | 'SHA-256';
  /** Whether to offer `qop="auth"`; without it the older form of RFC 2069 is asked for. */
  qop?: boolean;
}

const REALM = 'Simulated camera';

/** Authentication of one connection; its nonce is its own. */
export class Authentication {
  readonly #credentials: SimulatorCredentials;
  readonly #nonce = randomBytes(16).toString('hex');

  constructor(credentials: SimulatorCredentials) {
    this.#credentials = credentials;
  }

  /** Value of `WWW-Authenticate`. */
  get challenge(): string {
    const { algorithm, qop } = this.#credentials;
    return [
      `Digest realm="${REALM}"`,
      `nonce="${this.#nonce}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(qop === true ? ['qop="auth"'] : []),
    ].join(', ');
  }

  /** Whether an `Authorization` value proves that the client knows the password. */
  accepts(method: string, authorization: string | undefined): boolean {
    if (authorization === undefined) return false;
    const { scheme, parameters } = parseAuthHeader(authorization);
    const { username, password, algorithm } = this.#credentials;
    if (scheme !== 'digest' || parameters.get('nonce') !== this.#nonce) return false;
    if (parameters.get('username') !== username) return false;
    const expected = digestResponse({
      username,
      password,
      realm: REALM,
      nonce: this.#nonce,
      method,
      uri: parameters.get('uri') ?? '',
      algorithm,
      qop: parameters.get('qop'),
      nc: parameters.get('nc'),
      cnonce: parameters.get('cnonce'),
    });
    return parameters.get('response') === expected;
  }
}
