/** Answers the authentication challenges of one camera (RFC 2617, RFC 7616). */
import { randomBytes } from 'node:crypto';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import {
  type AuthHeader,
  digestResponse,
  isKnownAlgorithm,
  parseAuthHeader,
} from '#shared/media/rtsp/digest.ts';

/** Bytes of an algorithm's name that an error repeats. */
const MAX_NAME_LENGTH = 64;

/** The credentials of one connection and the challenge they answer. */
export class RtspAuth {
  readonly #source: Pick<RtspSource, 'username' | 'password'>;
  #challenge: AuthHeader | undefined;
  #nonceCount = 0;

  constructor(source: Pick<RtspSource, 'username' | 'password'>) {
    this.#source = source;
  }

  /**
   * Chooses among the challenges of a 401 answer.
   * @param offered values of `WWW-Authenticate`
   * @throws AppError `camera-unauthorized`, `camera-unknown-digest`
   */
  take(offered: readonly string[]): void {
    const { username, password } = this.#source;
    const challenges = offered.map(parseAuthHeader);
    const chosen = challenges.find(isKnownDigest) ?? challenges.find(({ scheme }) => scheme === 'basic');
    const unknown = challenges.find(({ scheme }) => scheme === 'digest');
    if (chosen === undefined && unknown !== undefined) throw unknownDigest(unknown);
    const isStale = chosen?.parameters.get('stale')?.toLowerCase() === 'true';
    const isSecondRefusal = this.#challenge !== undefined && !isStale;
    if (chosen === undefined || isSecondRefusal || (username === '' && password === '')) throw unauthorized();
    this.#challenge = chosen;
    this.#nonceCount = 0;
  }

  /** Value of `Authorization` for a request; undefined before the first challenge. */
  authorization(method: string, uri: string): string | undefined {
    const { username, password } = this.#source;
    if (this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === 'basic') {
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    return this.#digest(this.#challenge.parameters, method, uri);
  }

  #digest(challenge: Map<string, string>, method: string, uri: string): string {
    const { username, password } = this.#source;
    const realm = challenge.get('realm') ?? '';
    const nonce = challenge.get('nonce') ?? '';
    const opaque = challenge.get('opaque');
    const algorithm = challenge.get('algorithm');
    const qop = offersAuth(challenge.get('qop')) ? 'auth' : undefined;
    this.#nonceCount += 1;
    const nc = this.#nonceCount.toString(16).padStart(8, '0');
    const cnonce = randomBytes(8).toString('hex');
    const input = { username, password, realm, nonce, method, uri, algorithm, qop, nc, cnonce };
    const isSession = algorithm?.toLowerCase().endsWith('-sess') === true;
    return [
      `Digest username="${quote(username)}", realm="${quote(realm)}", nonce="${quote(nonce)}", uri="${uri}", response="${digestResponse(input)}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque="${quote(opaque)}"`]),
      ...(qop === undefined ? [] : [`qop=${qop}, nc=${nc}`]),
      ...(qop === undefined && !isSession ? [] : [`cnonce="${cnonce}"`]),
    ].join(', ');
  }
}

/** The credentials are wrong, or there are none. */
export function unauthorized(): AppError {
  return new AppError('camera-unauthorized', 'The camera refuses these credentials');
}

function unknownDigest({ parameters }: AuthHeader): AppError {
  const name = parameters.get('algorithm')?.slice(0, MAX_NAME_LENGTH);
  return new AppError(
    'camera-unknown-digest',
    `The camera asks for a digest with ${name}, which is not known`,
  );
}

function isKnownDigest({ scheme, parameters }: AuthHeader): boolean {
  return scheme === 'digest' && isKnownAlgorithm(parameters.get('algorithm'));
}

function offersAuth(qop: string | undefined): boolean {
  return qop?.split(',').some((word) => word.trim().toLowerCase() === 'auth') === true;
}

function quote(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
