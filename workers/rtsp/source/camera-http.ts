/** HTTP requests to a camera, with Digest (RFC 7616) or Basic (RFC 7617) authentication, and bounds on what it answers. */
import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { AppError } from '#shared/errors.ts';
import {
  type AuthHeader,
  digestResponse,
  isKnownAlgorithm,
  parseAuthHeader,
} from '#shared/media/rtsp/digest.ts';

/** More than a camera answers to any command, bytes. */
const MAX_BODY = 256 * 1024;
const TIMEOUT_MS = 5000;
/** The strongest first. */
const ALGORITHMS = ['SHA-256', 'MD5'];

/** Where the camera is, and who we are there. */
export interface CameraHttpOptions {
  host: string;
  port: number;
  username: string;
  password: string;
  /** Resolves the host to addresses that may be dialled. */
  lookup: LookupFunction;
  timeoutMs?: number;
}

/** One request. The path is sent as given, its query included. */
export interface CameraRequest {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** What the camera answered. */
export interface CameraAnswer {
  status: number;
  body: string;
}

interface RawAnswer extends CameraAnswer {
  challenges: AuthHeader[];
}

/** Keeps one connection, and the last challenge, so that most requests take one exchange. Never follows redirects. */
export class CameraHttp {
  readonly #options: CameraHttpOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #challenge: AuthHeader | undefined;
  #count = 0;

  constructor(options: CameraHttpOptions) {
    this.#options = options;
  }

  /** @returns the body of a successful answer @throws AppError `control-…` */
  async get(path: string): Promise<string> {
    const { status, body } = await this.request({ path });
    if (status === 401 || status === 403) throw unauthorized();
    if (status >= 300) throw new AppError('control-refused', `The camera answered with status ${status}`);
    return body;
  }

  /** @returns any answer, a refusal of our credentials included @throws AppError `control-…` */
  async request(request: CameraRequest): Promise<CameraAnswer> {
    const answer = await this.#send(request);
    return answer.status === 401 && this.#take(answer.challenges) ? await this.#send(request) : answer;
  }

  /** Ends the connection. */
  close(): void {
    this.#agent.destroy();
  }

  /** @returns whether another try makes sense: a first challenge, or one whose nonce is stale */
  #take(challenges: readonly AuthHeader[]): boolean {
    const digests = challenges.filter(({ scheme }) => scheme === 'digest');
    const best =
      ALGORITHMS.map((name) => digests.find((challenge) => algorithmOf(challenge) === name)).find(Boolean) ??
      challenges.find(({ scheme }) => scheme === 'basic');
    const isFirst = this.#challenge === undefined;
    const isStale = best?.parameters.get('stale')?.toLowerCase() === 'true';
    this.#challenge = isFirst || isStale ? best : undefined;
    this.#count = 0;
    return this.#challenge !== undefined;
  }

  async #send({ method = 'GET', path, headers = {}, body }: CameraRequest): Promise<RawAnswer> {
    const { host, port, lookup, timeoutMs = TIMEOUT_MS } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const authorization = this.#authorization(method, path);
    const request = httpRequest({
      method,
      host,
      port,
      path,
      lookup,
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      agent: this.#agent,
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('response', (response) => void readAnswer(response).then(resolve, reject));
    request.on('error', reject);
    request.end(body);
    try {
      return await promise;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const { code, name } = error as NodeJS.ErrnoException;
      const reason = name === 'AbortError' ? `no answer within ${timeoutMs} ms` : (code ?? name);
      throw new AppError('control-unreachable', `The camera's controls cannot be reached: ${reason}`);
    }
  }

  #authorization(method: string, uri: string): string | undefined {
    const { username, password } = this.#options;
    const challenge = this.#challenge;
    if (challenge?.scheme === 'basic')
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    if (challenge === undefined) return undefined;
    const { parameters } = challenge;
    const [realm = '', nonce = ''] = [parameters.get('realm'), parameters.get('nonce')];
    const [algorithm, opaque] = [parameters.get('algorithm'), parameters.get('opaque')];
    const qop = (parameters.get('qop') ?? '').split(/[\s,]+/).includes('auth') ? 'auth' : undefined;
    this.#count += 1;
    const nc = this.#count.toString(16).padStart(8, '0');
    const cnonce = randomBytes(8).toString('hex');
    const input = { username, password, realm, nonce, method, uri, algorithm, qop, nc, cnonce };
    const quoted = {
      username,
      realm,
      nonce,
      uri,
      response: digestResponse(input),
      ...(opaque && { opaque }),
    };
    return `Digest ${[
      ...Object.entries(quoted).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
    ].join(', ')}`;
  }
}

/** What a camera's 401 or 403 means to an operator. */
export function unauthorized(): AppError {
  return new AppError('control-unauthorized', 'The camera refuses these credentials for its controls');
}

function algorithmOf({ parameters }: AuthHeader): string | undefined {
  const algorithm = parameters.get('algorithm');
  return isKnownAlgorithm(algorithm) ? (algorithm?.toUpperCase() ?? 'MD5') : undefined;
}

async function readAnswer(response: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY)
      throw new AppError('control-refused', `The camera answered with more than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  const challenges = (response.headersDistinct['www-authenticate'] ?? []).map(parseAuthHeader);
  return { status: response.statusCode ?? 0, challenges, body: Buffer.concat(chunks).toString('utf8') };
}
