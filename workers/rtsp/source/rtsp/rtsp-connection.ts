/** One RTSP connection to a camera: requests and their answers, authentication, interleaved data. */
import type { Socket } from 'node:net';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import {
  formatInterleavedHeader,
  formatMessage,
  headerOf,
  type InterleavedPacket,
  type RtspMessage,
  RtspProtocolError,
  RtspReader,
} from '#shared/media/rtsp/message.ts';
import { InputLimit } from '../input-limit.ts';
import { RedirectError } from '../redirect.ts';
import { RtspAuth } from './rtsp-auth.ts';
import { checkStatus } from './rtsp-status.ts';

const USER_AGENT = 'visual-reasoning-gateway';

/** An answer with a status that is a success. */
export interface RtspResponse {
  headers: RtspMessage['headers'];
  body: string;
}

/** A request to a camera. */
export interface RtspRequest {
  method: string;
  uri: string;
  headers?: Record<string, string>;
  /** How long to wait for each answer, milliseconds. */
  answerMs: number;
}

interface Waiter {
  resolve(message: RtspMessage): void;
  reject(error: Error): void;
}

/** Takes interleaved packets. */
export interface InterleavedHandlers {
  onInterleaved(packet: InterleavedPacket): void;
  /** Whether a channel was agreed on. */
  isChannel(channel: number): boolean;
  /** Called with every answer, refusals included. */
  onMessage?(message: RtspMessage): void;
}

/** Speaks RTSP over a socket that is already connected; owns the socket from then on. */
export class RtspConnection {
  /** Rejects when the connection fails or ends; never resolves. */
  readonly failed: Promise<never>;
  readonly #socket: Socket;
  readonly #source: RtspSource;
  readonly #auth: RtspAuth;
  readonly #waiters = new Map<number, Waiter>();
  readonly #reader: RtspReader;
  #fail: (error: Error) => void = () => {};
  readonly #limit = new InputLimit();
  readonly #during: (work: () => void) => void;
  #error: Error | undefined;
  #sequence = 0;

  /** @param during runs work on bytes of the camera */
  constructor(
    socket: Socket,
    source: RtspSource,
    handlers: InterleavedHandlers,
    during: (work: () => void) => void = (work) => work(),
  ) {
    this.#socket = socket;
    this.#source = source;
    this.#during = during;
    this.#auth = new RtspAuth(source);
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // The session races against it; a failure after the session's end has no listener.
    this.failed.catch(() => {});
    this.#reader = new RtspReader({
      onMessage: (message) => {
        handlers.onMessage?.(message);
        this.#onMessage(message);
      },
      onInterleaved: (packet) => {
        this.#limit.addPacket();
        handlers.onInterleaved(packet);
      },
      isChannel: (channel) => handlers.isChannel(channel),
    });
    socket.on('data', (chunk: Buffer) => this.#guard(chunk.length, () => this.#reader.push(chunk)));
    socket.on('error', (error) => this.#end(disconnected(error)));
    socket.on('close', () => this.#end(disconnected()));
  }

  /** False once it has failed or ended. */
  get isOpen(): boolean {
    return this.#error === undefined;
  }

  /**
   * Sends a request and waits for a success, answering one authentication challenge.
   * @throws AppError `camera-*`
   */
  async request(request: RtspRequest): Promise<RtspResponse> {
    let answer = await this.#exchange(request);
    if (statusOf(answer) === 401) {
      this.#auth.take(answer.headers.get('www-authenticate') ?? []);
      answer = await this.#exchange(request);
    }
    const status = statusOf(answer);
    if (status >= 300 && status < 400) throw new RedirectError(this.#source, headerOf(answer, 'location'));
    checkStatus(status, request.method);
    return { headers: answer.headers, body: answer.body.toString('utf8') };
  }

  /** Sends a request whose answer does not matter, for example TEARDOWN. */
  send(method: string, uri: string, headers: Record<string, string> = {}): void {
    if (this.#error === undefined && this.#socket.writable) this.#write(method, uri, headers);
  }

  /** Sends an RTCP packet inside the connection. */
  sendInterleaved(channel: number, packet: Buffer): void {
    if (this.#error !== undefined || !this.#socket.writable) return;
    this.#socket.write(Buffer.concat([formatInterleavedHeader(channel, packet.length), packet]));
  }

  /** Ends the connection immediately. */
  close(): void {
    this.#end(disconnected());
    this.#socket.destroy();
  }

  async #exchange({ method, uri, headers = {}, answerMs }: RtspRequest): Promise<RtspMessage> {
    if (this.#error !== undefined) throw this.#error;
    const sequence = this.#write(method, uri, headers);
    const { promise, resolve, reject } = Promise.withResolvers<RtspMessage>();
    this.#waiters.set(sequence, { resolve, reject });
    const late = new AppError('camera-timeout', `The camera did not answer ${method} in time`);
    const timer = setTimeout(reject, answerMs, late);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(sequence);
    }
  }

  #write(method: string, uri: string, headers: Record<string, string>): number {
    this.#sequence += 1;
    const authorization = this.#auth.authorization(method, uri);
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

  /** Runs work on a datagram of the camera; an error ends this connection and goes no further. */
  onDatagram(bytes: number, work: () => void): void {
    this.#guard(bytes, () => {
      this.#limit.addPacket();
      work();
    });
  }

  #guard(bytes: number, work: () => void): void {
    if (this.#error !== undefined) return;
    try {
      this.#limit.addBytes(bytes);
      this.#during(work);
    } catch (error) {
      this.#end(error instanceof AppError ? error : unreadable(error));
      this.#socket.destroy();
    }
  }

  #onMessage(message: RtspMessage): void {
    if (!/^RTSP\//i.test(message.startLine)) {
      this.#answer(message);
      return;
    }
    const sequence = Number(headerOf(message, 'cseq'));
    // A camera that leaves CSeq out, or counts in its own way, answers in order.
    const key = this.#waiters.has(sequence) ? sequence : this.#waiters.keys().next().value;
    if (key === undefined) return;
    this.#waiters.get(key)?.resolve(message);
    this.#waiters.delete(key);
  }

  /** Answers what a camera asks of us, which some do to see whether we are there (RFC 2326 section 10.1). */
  #answer(message: RtspMessage): void {
    if (!this.#socket.writable) return;
    const isQuestion = /^(OPTIONS|GET_PARAMETER|SET_PARAMETER) /i.test(message.startLine);
    const session = headerOf(message, 'session');
    const status = isQuestion ? '200 OK' : '501 Not Implemented';
    this.#socket.write(
      formatMessage(`RTSP/1.0 ${status}`, {
        CSeq: headerOf(message, 'cseq') ?? '0',
        ...(session === undefined ? {} : { Session: session }),
        ...(isQuestion ? { Public: 'OPTIONS, GET_PARAMETER, SET_PARAMETER' } : {}),
      }),
    );
  }

  #end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
    this.#fail(error);
  }
}

function statusOf(message: RtspMessage): number {
  return Number(message.startLine.split(/\s+/)[1]);
}

function unreadable(cause: unknown): AppError {
  const reason = cause instanceof RtspProtocolError ? cause.message : 'the answer cannot be read';
  return new AppError('camera-protocol-error', `Bad answer: ${reason}`, { cause });
}

function disconnected(cause?: Error): AppError {
  return new AppError('camera-disconnected', 'The camera closed the connection', { cause });
}
