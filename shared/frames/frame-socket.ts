/** The server's side of one client's `/ws` (docs/contract.md, section 2), the same in gateway and worker. */
import type { ServerOptions, WebSocket } from 'ws';
import { parseFields } from '../camera.ts';
import { AppError } from '../errors.ts';
import { keepAlive } from '../http/heartbeat.ts';
import type { Logger } from '../logger.ts';
import type { Redactor } from '../redact.ts';
import { NewestOnlySender } from './newest-only.ts';
import type { FramePayload } from './payload.ts';
import { type ClientMessage, clientMessageSchema, type FrameRequest } from './subscription.ts';
import { TokenBucket } from './token-bucket.ts';

/** Receives the frames of one subscription. */
export interface FrameSubscriber {
  /** Takes the newest frame; never blocks, may skip. */
  deliver(payload: FramePayload): void;
  /** Takes a message about detections; a slow client gets the newest of each subject only. */
  notify(payload: FramePayload, subject: string): void;
  /** Reports a fault to the client; the subscription stays. */
  fail(error: AppError): void;
}

/** Source of frames. */
export interface FrameFeed {
  /** Starts delivering; errors go to `fail` and the subscription stays. */
  open(request: FrameRequest, subscriber: FrameSubscriber): { close(): void };
}

export interface FrameSocketOptions {
  feed: FrameFeed;
  redactor: Redactor;
  log: Logger;
  /** Ping interval; a client that missed a ping is cut off at the next. */
  heartbeatMs?: number;
  /** A client that reads nothing for this long is cut off, milliseconds. */
  maxBusyMs?: number;
  maxSubscriptions?: number;
  /** Called for each frame of a camera that this client skipped. */
  onDrop?: (cameraId: string) => void;
}

/** Options for the `ws` server that accepts frame sockets. */
export const FRAME_SOCKET_OPTIONS = {
  noServer: true,
  maxPayload: 64 * 1024,
  // JPEG does not shrink, and compression fragments the heap of a long-lived process.
  perMessageDeflate: false,
  // For a client that does not answer the close frame; missing in ws's types.
  closeTimeout: 5000,
} as const satisfies ServerOptions & { closeTimeout: number };

const MAX_SUBSCRIPTIONS = 64;
const MAX_BAD_IN_A_ROW = 10;
const MAX_BUSY_MS = 10_000;
const MESSAGES_PER_SECOND = 50;
const MESSAGE_BURST = 100;
/** RFC 6455 section 7.4.1. */
const CLOSE_POLICY = 1008;

/** Serves one client until its socket closes. Returns a handle to close it. */
export function serveFrameSocket(
  socket: WebSocket,
  options: FrameSocketOptions,
): { close(code: number, reason: string): void } {
  const session = new FrameSocket(socket, options);
  return { close: (code, reason) => session.close(code, reason) };
}

type Subscription = Extract<ClientMessage, { action: 'subscribe' }>;

class FrameSocket {
  readonly #socket: WebSocket;
  readonly #options: FrameSocketOptions;
  readonly #sender: NewestOnlySender;
  readonly #budget = new TokenBucket({ perSecond: MESSAGES_PER_SECOND, burst: MESSAGE_BURST });
  readonly #subscriptions = new Map<string, { close(): void }>();
  /** The camera of what the sender is given. */
  readonly #cameras = new WeakMap<object, string>();
  #badInARow = 0;

  constructor(socket: WebSocket, options: FrameSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#sender = new NewestOnlySender(socket, (key) => this.#onDrop(key));
    socket.on('error', (error) => options.log.debug({ err: error }, 'client socket failed'));
    socket.on('close', () => this.#unsubscribe(undefined));
    socket.on('message', (data, isBinary) => this.#onMessage(isBinary ? undefined : data.toString()));
    keepAlive(socket, {
      everyMs: options.heartbeatMs,
      isGone: (hasAnswered) => !hasAnswered || this.#sender.busyMs() > (options.maxBusyMs ?? MAX_BUSY_MS),
    });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #onMessage(text: string | undefined): void {
    // Messages after the close frame are ignored.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.#budget.take()) {
      this.close(CLOSE_POLICY, 'too many messages');
      return;
    }
    try {
      this.#obey(parseMessage(text));
      this.#badInARow = 0;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#sendError(error, cameraIdIn(text));
      this.#badInARow += 1;
      if (this.#badInARow >= MAX_BAD_IN_A_ROW) this.close(CLOSE_POLICY, 'too many bad messages');
    }
  }

  #obey(message: ClientMessage): void {
    if (message.action === 'ping') this.#socket.send('{"type":"pong"}');
    else if (message.action === 'unsubscribe') this.#unsubscribe(message.cameraId);
    else this.#subscribe(message);
  }

  #subscribe({ cameraId, multiple, detections, ...picture }: Subscription): void {
    const limit = this.#options.maxSubscriptions ?? MAX_SUBSCRIPTIONS;
    if (multiple && !this.#subscriptions.has(cameraId) && this.#subscriptions.size >= limit) {
      throw new AppError('too-many-requests', `A socket carries at most ${limit} subscriptions`);
    }
    this.#unsubscribe(multiple ? cameraId : undefined);
    const key = {};
    this.#cameras.set(key, cameraId);
    const subjectKeys = new Map<string, object>();
    const { fps, width, quality, encoding } = picture;
    const opened = this.#options.feed.open(
      { cameraId, fps, width, quality, encoding, ...(detections === true ? { detections } : {}) },
      {
        deliver: (payload) => this.#sender.offer(key, payload),
        notify: (payload, subject) => {
          const subjectKey = subjectKeys.get(subject) ?? {};
          subjectKeys.set(subject, subjectKey);
          this.#sender.offer(subjectKey, payload);
        },
        fail: (error) => this.#sendError(error, cameraId),
      },
    );
    this.#subscriptions.set(cameraId, {
      close: () => {
        opened.close();
        for (const used of [key, ...subjectKeys.values()]) this.#sender.forget(used);
      },
    });
  }

  #unsubscribe(cameraId: string | undefined): void {
    const ids = cameraId === undefined ? [...this.#subscriptions.keys()] : [cameraId];
    for (const id of ids) {
      this.#subscriptions.get(id)?.close();
      this.#subscriptions.delete(id);
    }
  }

  #onDrop(key: object): void {
    const cameraId = this.#cameras.get(key);
    // Messages about detections are no frames.
    if (cameraId !== undefined) this.#options.onDrop?.(cameraId);
  }

  #sendError(error: AppError, cameraId: string | undefined): void {
    const { code, message } = error;
    const text = JSON.stringify({
      type: 'error',
      code,
      message,
      ...(cameraId === undefined ? {} : { cameraId }),
    });
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(this.#options.redactor.redact(text));
  }
}

function parseMessage(text: string | undefined): ClientMessage {
  if (text === undefined)
    throw new AppError('invalid-json', 'Messages to the server are JSON text, not binary');
  try {
    return parseFields(clientMessageSchema, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError('invalid-json', 'The message is not valid JSON');
    throw error;
  }
}

/** The camera of a bad message, so that the client knows which request failed. */
function cameraIdIn(text: string | undefined): string | undefined {
  const id = /"cameraId"\s*:\s*"?([A-Za-z0-9._-]{1,64})/.exec(text ?? '')?.[1];
  return id;
}
