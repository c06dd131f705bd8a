/** HTTP requests to a camera, with Digest (MD5, SHA-256) or Basic authentication (RFC 7616, RFC 7617). */
import { randomBytes } from 'node:crypto';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { AppError } from '#shared/errors.ts';
import {
  type AuthHeader,
  digestResponse,
  isKnownAlgorithm,
  parseAuthHeader,
} from '#shared/media/rtsp/digest.ts';

/** More than a camera answers to any command, bytes. */
const MAX_BODY = 64 * 1024;
const TIMEOUT_MS = 3000;
/** The strongest first. */
const ALGORITHMS = ['SHA-256', 'MD5'];

/** Where the camera is, and who we are there. */
export interface DigestClientOptions {
  host: string;
  port: number;
  username: string;
  password: string;
  /** Resolves the host to addresses that may be dialled. */
  lookup: LookupFunction;
  timeoutMs?: number;
}

interface Answer {
  status: number;
  challenges: AuthHeader[];
  body: string;
}

/** Keeps one connection, and the challenge of the last answer, so that most requests take one exchange. */
export class DigestClient {
  readonly #options: DigestClientOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #challenge: AuthHeader | undefined;
  #count = 0;

  constructor(options: DigestClientOptions) {
    this.#options = options;
  }

  /** Fetches a path with its query, sent as given. @returns the body @throws AppError */
  async get(path: string): Promise<string> {
    let answer = await this.#request(path);
    if (answer.status === 401 && this.#take(answer.challenges)) answer = await this.#request(path);
    if (answer.status === 401 || answer.status === 403)
      throw new AppError('ptz-unauthorized', 'The camera refuses these credentials for its controls');
    if (answer.status >= 300)
      throw new AppError('ptz-refused', `The camera answered with status ${answer.status}`);
    return answer.body;
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

  async #request(path: string): Promise<Answer> {
    const { host, port, lookup, timeoutMs = TIMEOUT_MS } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const authorization = this.#authorization(path);
    const headers = authorization === undefined ? {} : { authorization };
    const signal = AbortSignal.timeout(timeoutMs);
    const request = httpGet({ host, port, path, lookup, headers, agent: this.#agent, signal });
    request.on('response', (response) => void readAnswer(response).then(resolve, reject));
    request.on('error', reject);
    try {
      return await promise;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const { code, name } = error as NodeJS.ErrnoException;
      const reason = name === 'AbortError' ? `no answer within ${timeoutMs} ms` : (code ?? name);
      throw new AppError('ptz-unreachable', `The camera's controls cannot be reached: ${reason}`);
    }
  }

  #authorization(uri: string): string | undefined {
    const { username, password } = this.#options;
    const challenge = this.#challenge;
    if (challenge?.scheme === 'basic')
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    if (challenge === undefined) return undefined;
    const { parameters } = challenge;
    const [realm = '', nonce = ''] = [parameters.get('realm'), parameters.get('nonce')];
    const algorithm = parameters.get('algorithm');
    const qop = (parameters.get('qop') ?? '').split(/[\s,]+/).includes('auth') ? 'auth' : undefined;
    this.#count += 1;
    const nc = this.#count.toString(16).padStart(8, '0');
    const cnonce = randomBytes(8).toString('hex');
    const input = { username, password, realm, nonce, method: 'GET', uri, algorithm, qop, nc, cnonce };
    const quoted = { username, realm, nonce, uri, response: digestResponse(input) };
    const opaque = parameters.get('opaque');
    return `Digest ${[
      ...Object.entries({ ...quoted, ...(opaque === undefined ? {} : { opaque }) }).map(
        ([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`,
      ),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
    ].join(', ')}`;
  }
}

function algorithmOf({ parameters }: AuthHeader): string | undefined {
  const algorithm = parameters.get('algorithm');
  return isKnownAlgorithm(algorithm) ? (algorithm?.toUpperCase() ?? 'MD5') : undefined;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY)
      throw new AppError('ptz-refused', 'The camera answered with more than any answer has');
    chunks.push(chunk);
  }
  const values = response.headersDistinct['www-authenticate'] ?? [];
  const challenges = values.map(parseAuthHeader);
  return { status: response.statusCode ?? 0, challenges, body: Buffer.concat(chunks).toString('latin1') };
}
