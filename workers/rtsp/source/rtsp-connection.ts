/** One RTSP connection to a camera: requests and their answers, authentication, interleaved data. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { RtspSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import {
  type AuthHeader,
  digestResponse,
  isKnownAlgorithm,
  parseAuthHeader,
} from '#shared/media/rtsp/digest.ts';
import {
  formatMessage,
  headerOf,
  type InterleavedPacket,
  type RtspMessage,
  RtspProtocolError,
  RtspReader,
} from '#shared/media/rtsp/message.ts';

const USER_AGENT = 'visual-reasoning-gateway';

/** An answer with a status that is a success. */
export interface RtspResponse {
  headers: RtspMessage['headers'];
  body: string;
}

interface Waiter {
  resolve(message: RtspMessage): void;
  reject(error: Error): void;
}

/** Speaks RTSP over a socket that is already connected; owns the socket from then on. */
export class RtspConnection {
  /** Rejects when the connection fails or ends; never resolves. */
  readonly failed: Promise<never>;
  readonly #socket: Socket;
  readonly #source: RtspSource;
  readonly #waiters = new Map<number, Waiter>();
  readonly #reader: RtspReader;
  #fail: (error: Error) => void = () => {};
  #error: Error | undefined;
  #sequence = 0;
  #challenge: AuthHeader | undefined;
  #nonceCount = 0;

  constructor(socket: Socket, source: RtspSource, onInterleaved: (packet: InterleavedPacket) => void) {
    this.#socket = socket;
    this.#source = source;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // The session races against it; a failure after the session's end concerns nobody.
    this.failed.catch(() => {});
    this.#reader = new RtspReader({ onMessage: (message) => this.#onMessage(message), onInterleaved });
    socket.on('data', (chunk: Buffer) => this.guard(() => this.#reader.push(chunk)));
    socket.on('error', (error) => this.#end(disconnected(error)));
    socket.on('close', () => this.#end(disconnected()));
  }

  /**
   * Sends a request and waits for a success, answering one authentication challenge.
   * @throws AppError `camera-unauthorized`, `camera-path-not-found`, `camera-protocol-error`, `camera-disconnected`
   */
  async request(method: string, uri: string, headers: Record<string, string> = {}): Promise<RtspResponse> {
    let answer = await this.#exchange(method, uri, headers);
    if (statusOf(answer) === 401) {
      this.#challenge = this.#chooseChallenge(answer);
      answer = await this.#exchange(method, uri, headers);
    }
    checkStatus(answer, method);
    return { headers: answer.headers, body: answer.body.toString('utf8') };
  }

  /** Sends a request whose answer does not matter, as the farewell is. */
  send(method: string, uri: string, headers: Record<string, string> = {}): void {
    if (this.#error === undefined && this.#socket.writable) this.#write(method, uri, headers);
  }

  /** Ends the connection at once. */
  close(): void {
    this.#end(disconnected());
    this.#socket.destroy();
  }

  #exchange(method: string, uri: string, headers: Record<string, string>): Promise<RtspMessage> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const sequence = this.#write(method, uri, headers);
    return new Promise((resolve, reject) => this.#waiters.set(sequence, { resolve, reject }));
  }

  #write(method: string, uri: string, headers: Record<string, string>): number {
    this.#sequence += 1;
    const authorization = this.#authorization(method, uri);
    this.#socket.write(
      formatMessage(`${method} ${uri} RTSP/1.0`, {
        CSeq: this.#sequence,
        'User-Agent': USER_AGENT,
        ...(authorization === undefined ? {} : { Authorization: authorization }),
        ...headers,
      }),
    );
    return this.#sequence;
  }

  /** Does work on what the camera sent; what it throws ends this connection and goes no further. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#end(error instanceof AppError ? error : unreadable(error));
      this.#socket.destroy();
    }
  }

  #onMessage(message: RtspMessage): void {
    if (!message.startLine.startsWith('RTSP/')) return;
    const sequence = Number(headerOf(message, 'cseq'));
    // A camera that leaves CSeq out answers in order.
    const key = this.#waiters.has(sequence) ? sequence : this.#waiters.keys().next().value;
    if (key === undefined) return;
    this.#waiters.get(key)?.resolve(message);
    this.#waiters.delete(key);
  }

  #end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
    this.#fail(error);
  }

  #chooseChallenge(answer: RtspMessage): AuthHeader {
    const { username, password } = this.#source;
    const offered = (answer.headers.get('www-authenticate') ?? []).map(parseAuthHeader);
    const digest = offered.find(
      (c) => c.scheme === 'digest' && isKnownAlgorithm(c.parameters.get('algorithm')),
    );
    const chosen = digest ?? offered.find((c) => c.scheme === 'basic');
    const isStale = chosen?.parameters.get('stale')?.toLowerCase() === 'true';
    const alreadyTried = this.#challenge !== undefined && !isStale;
    if (chosen === undefined || alreadyTried || (username === '' && password === '')) throw unauthorized();
    this.#nonceCount = 0;
    return chosen;
  }

  #authorization(method: string, uri: string): string | undefined {
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
    const algorithm = challenge.get('algorithm');
    const qop = challenge
      .get('qop')
      ?.split(',')
      .map((word) => word.trim())
      .includes('auth')
      ? 'auth'
      : undefined;
    this.#nonceCount += 1;
    const nc = this.#nonceCount.toString(16).padStart(8, '0');
    const cnonce = randomBytes(8).toString('hex');
    const response = digestResponse({
      username,
      password,
      realm,
      nonce,
      method,
      uri,
      algorithm,
      qop,
      nc,
      cnonce,
    });
    const opaque = challenge.get('opaque');
    return [
      `Digest username="${quote(username)}", realm="${quote(realm)}", nonce="${quote(nonce)}", uri="${uri}", response="${response}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque="${quote(opaque)}"`]),
      ...(qop === undefined ? [] : [`qop=${qop}, nc=${nc}, cnonce="${cnonce}"`]),
    ].join(', ');
  }
}

function quote(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

function statusOf(message: RtspMessage): number {
  return Number(message.startLine.split(' ')[1]);
}

function unauthorized(): AppError {
  return new AppError('camera-unauthorized', 'The camera refuses these credentials');
}

function unreadable(cause: unknown): AppError {
  const reason = cause instanceof RtspProtocolError ? cause.message : 'the answer cannot be read';
  return new AppError('camera-protocol-error', `Bad answer: ${reason}`, { cause });
}

function disconnected(cause?: Error): AppError {
  return new AppError('camera-disconnected', 'The camera closed the connection', { cause });
}

/** RTSP status codes: RFC 2326 section 11. */
function checkStatus(answer: RtspMessage, method: string): void {
  const status = statusOf(answer);
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403) throw unauthorized();
  if (status === 404 || status === 454) {
    throw new AppError('camera-path-not-found', 'The camera has no stream at this path');
  }
  if (status >= 300 && status < 400) {
    // Following it would let a camera point us at any host of this network.
    throw new AppError(
      'camera-protocol-error',
      'The camera redirects to another address, which is not followed',
    );
  }
  throw new AppError('camera-protocol-error', `The camera answers ${method} with status ${status}`);
}
