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

/** How a camera of a certain make behaves where others do otherwise. */
export interface CameraManners {
  /** Value of `Server`; null for none. */
  server?: string | null;
  realm?: string;
  /** Offers Basic beside digest. */
  offersBasic?: boolean;
  /** Tells that a path has no stream before it asks for the password. */
  tellsPathsFirst?: boolean;
  /** Closes the connection after it told that there is no stream at a path. */
  hangsUp?: boolean;
}

const NAME = 'Simulated camera';

/** Authentication of one connection; its nonce is its own. */
export class Authentication {
  readonly #credentials: SimulatorCredentials;
  readonly #manners: CameraManners;
  readonly #nonce = randomBytes(16).toString('hex');

  constructor(credentials: SimulatorCredentials, manners: CameraManners = {}) {
    this.#credentials = credentials;
    this.#manners = manners;
  }

  /** Values of `WWW-Authenticate`. */
  get challenges(): string[] {
    const basic = this.#manners.offersBasic === true ? [`Basic realm="${this.#realm}"`] : [];
    return [...basic, this.#challenge];
  }

  get #realm(): string {
    return this.#manners.realm ?? NAME;
  }

  get #challenge(): string {
    const { algorithm, qop } = this.#credentials;
    return [
      `Digest realm="${this.#realm}"`,
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
      realm: this.#realm,
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
