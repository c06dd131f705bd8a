/** HTTP requests to a camera, with Digest (RFC 7616) or Basic (RFC 7617) authentication, and bounds on what it answers. */
import { randomBytes } from 'node:crypto';
import type { Agent, IncomingMessage } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { AppError } from '#shared/errors.ts';
import { http } from '#shared/http/node-http.ts';
import {
  type AuthHeader,
  digestResponse,
  isKnownAlgorithm,
  parseAuthHeader,
} from '#shared/media/rtsp/digest.ts';
import { CAMERA_TLS } from './dial-error.ts';

/** More than a camera answers to any command, bytes. */
const MAX_BODY = 256 * 1024;
const TIMEOUT_MS = 5000;
/** The strongest first. */
const ALGORITHMS = ['SHA-256', 'MD5'];

/** Where the camera is, and who we are there. */
export interface CameraHttpOptions {
  /** Over TLS. */
  secure?: boolean;
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
  /** Whether the request carried our credentials. */
  isSigned: boolean;
}

/** The head of an answer; its body is read as it comes. */
export type CameraResponse = IncomingMessage;

/** Keeps one connection, and the last challenge, so that most requests take one exchange. Never follows redirects. */
export class CameraHttp {
  readonly #options: CameraHttpOptions;
  readonly #agent: Agent;
  #challenge: AuthHeader | undefined;
  #count = 0;
  /** The camera accepted our answer to the challenge before. */
  #isAccepted = false;
  #isSigned = false;

  constructor(options: CameraHttpOptions) {
    this.#options = options;
    this.#agent = new (options.secure === true ? TlsAgent : http.Agent)({ keepAlive: true, maxSockets: 1 });
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
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#authorized(request, signal);
      const isSigned = this.#isSigned;
      return { ...(await readAnswer(response)), isSigned };
    } catch (error) {
      if (error instanceof AppError) throw error;
      const { code, name } = error as NodeJS.ErrnoException;
      const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : (code ?? name);
      throw new AppError('control-unreachable', `The camera's controls cannot be reached: ${reason}`);
    }
  }

  /**
   * Any answer as soon as its head is there. The caller reads or destroys it.
   * @param options `timeoutMs` for the head; `signal` ends it at any time
   * @throws AppError `camera-timeout`; the error of the connection
   */
  async open(
    request: CameraRequest,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<CameraResponse> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    try {
      return await this.#authorized(request, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (!late.signal.aborted || signal.aborted) throw error;
      throw new AppError('camera-timeout', `The camera did not answer within ${timeoutMs} ms`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#agent.destroy();
  }

  async #authorized(request: CameraRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#send(request, signal);
    const isRefused = response.statusCode === 401;
    const challenges = isRefused ? (response.headersDistinct['www-authenticate'] ?? []) : [];
    const isRetried = isRefused && this.#take(challenges.map(parseAuthHeader));
    this.#isAccepted = !isRefused;
    if (!isRetried) return response;
    response.destroy();
    const second = await this.#send(request, signal);
    this.#isAccepted = second.statusCode !== 401;
    return second;
  }

  /** @returns whether another try makes sense: a first challenge, or one whose nonce is used up */
  #take(challenges: readonly AuthHeader[]): boolean {
    // Without credentials there is nothing to answer: it would count as a wrong password.
    if (this.#options.username === '' && this.#options.password === '') return false;
    const digests = challenges.filter(({ scheme }) => scheme === 'digest');
    const best =
      ALGORITHMS.map((name) => digests.find((challenge) => algorithmOf(challenge) === name)).find(Boolean) ??
      challenges.find(({ scheme }) => scheme === 'basic');
    const isFirst = this.#challenge === undefined;
    // Cameras of one nonce for each request do not call it stale.
    const isStale = this.#isAccepted || best?.parameters.get('stale')?.toLowerCase() === 'true';
    this.#challenge = isFirst || isStale ? best : undefined;
    this.#count = 0;
    return this.#challenge !== undefined;
  }

  #send(
    { method = 'GET', path, headers = {}, body }: CameraRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { secure, host, port, lookup } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const authorization = this.#authorization(method, path);
    this.#isSigned = authorization !== undefined;
    const options = {
      method,
      host,
      port,
      path,
      lookup,
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      agent: this.#agent,
      // Old cameras send heads that no parser of today accepts; nothing is shared with them.
      insecureHTTPParser: true,
    };
    const request = secure === true ? requestTls({ ...options, ...CAMERA_TLS }) : http.request(options);
    request.on('response', (response) => {
      // It may fail after its reader has left.
      response.on('error', () => {});
      resolve(response);
    });
    request.on('error', reject);
    // Given to Node, the signal would end the connection that is kept for the next request.
    const abort = (): void => void request.destroy();
    signal.addEventListener('abort', abort, { once: true });
    request.on('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    request.end(body);
    return promise;
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

async function readAnswer(response: IncomingMessage): Promise<Omit<CameraAnswer, 'isSigned'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY)
      throw new AppError('control-refused', `The camera answered with more than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
}
