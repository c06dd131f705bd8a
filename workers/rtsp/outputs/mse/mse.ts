/** `/ws/mse/:cameraId`: fragmented MP4 for Media Source Extensions, where only HTTP reaches the server. */
import type { WebSocket } from 'ws';
import { AppError } from '#shared/errors.ts';
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import { keepAlive } from '#shared/http/heartbeat.ts';
import type { Logger } from '#shared/logger.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import type { MseBroadcasts, MseFragment, MseHead, MseViewer, WantedSound } from './mse-broadcast.ts';

/** What MSE sockets are served from. */
export interface MseOptions {
  broadcasts: MseBroadcasts;
  cameras: CameraSet;
  log: Logger;
  /** Pause between pings; a client that missed one and took nothing meanwhile is gone. */
  heartbeatMs?: number;
  /** A client further behind skips to a keyframe. */
  maxBufferedBytes?: number;
}

const PATH = /^\/ws\/mse\/([A-Za-z0-9_-][A-Za-z0-9._-]{0,63})$/;
/** Two seconds of a 4 Mbit/s camera. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MESSAGES_PER_SECOND = 10;
const MESSAGE_BURST = 20;
/** Private use (RFC 6455 section 7.4.2), after the HTTP statuses 404 and 415. */
const CLOSE_CAMERA_REMOVED = 4004;
const CLOSE_UNSUPPORTED = 4015;
const CLOSE_POLICY = 1008;
/** Come back: a player cannot be given a second track (RFC 6455 section 7.4.1, IANA registry: service restart). */
const CLOSE_OTHER_TRACKS = 1012;

/** What a viewer asks for. */
export interface MseTarget {
  cameraId: string;
  /** `?audio=none` wants none, `?audio=any` also what must be converted. */
  sound: WantedSound;
}

/** What an upgrade to MSE is for; undefined for other addresses. @param url path and query */
export function mseTarget(url: string): MseTarget | undefined {
  const [path = '', query = ''] = url.split('?');
  const cameraId = PATH.exec(path)?.[1];
  if (cameraId === undefined) return undefined;
  const wanted = new URLSearchParams(query).get('audio');
  return { cameraId, sound: wanted === 'none' || wanted === 'any' ? wanted : 'untouched' };
}

/**
 * Serves one viewer until its socket closes.
 *
 * Text: `{type:"init", cameraId, codec, width, height, isSoundLeftOut?}`, then the
 * initialisation segment as a binary message, then one binary message an access
 * unit, with the sound up to it where there is any. A new `init` comes when the
 * parameters change. `{type:"waiting"}` says that the camera is not there yet. `{type:"error", code, message}` before the
 * socket closes says why. `{action:"ping"}` is answered `{type:"pong"}`.
 */
export function serveMse(socket: WebSocket, target: MseTarget, options: MseOptions): void {
  const session = new MseSession(socket, target, options);
  session.start();
}

class MseSession implements MseViewer {
  readonly #socket: WebSocket;
  readonly #cameraId: string;
  readonly #sound: WantedSound;
  readonly #options: MseOptions;
  readonly #budget = new TokenBucket({ perSecond: MESSAGES_PER_SECOND, burst: MESSAGE_BURST });
  readonly #maxBufferedBytes: number;
  #subscription: { close(): void } | undefined;
  #lastBufferedBytes = 0;
  /** The head is sent, and fragments have been without a break since a keyframe. */
  #isInStep = false;
  #head: MseHead | undefined;
  #isStarting = true;
  /** Allowance beyond the limit for the first group of pictures, which is sent immediately. */
  #startBytes = 0;

  constructor(socket: WebSocket, { cameraId, sound }: MseTarget, options: MseOptions) {
    this.#socket = socket;
    this.#cameraId = cameraId;
    this.#sound = sound;
    this.#options = options;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? MAX_BUFFERED_BYTES;
  }

  start(): void {
    const { broadcasts, heartbeatMs, log } = this.#options;
    this.#socket.on('error', (error) => log.debug({ err: error }, 'viewer socket failed'));
    this.#socket.on('close', () => this.#subscription?.close());
    this.#socket.on('message', (data, isBinary) => this.#onMessage(isBinary ? '' : data.toString()));
    keepAlive(this.#socket, { everyMs: heartbeatMs, isGone: (hasAnswered) => this.#isGone(hasAnswered) });
    this.#subscription = broadcasts.join(this.#cameraId, this, this.#sound);
    this.#isStarting = false;
    this.#startBytes = this.#socket.bufferedAmount;
    if (this.#head === undefined) this.#tellWaiting();
  }

  onHead(head: MseHead): void {
    const { codecString, width, height, hasSound, isSoundLeftOut, init } = head;
    const codec = `video/mp4; codecs="${codecString}"`;
    if (this.#head !== undefined && this.#head.hasSound !== hasSound)
      this.#socket.close(CLOSE_OTHER_TRACKS, 'the camera has sound now');
    this.#head = head;
    this.#isInStep = false;
    const more = isSoundLeftOut ? { isSoundLeftOut } : {};
    this.#sendJson({ type: 'init', cameraId: this.#cameraId, codec, width, height, ...more });
    this.#send(init);
  }

  onFragment({ data, keyframe }: MseFragment): void {
    const buffered = this.#socket.bufferedAmount;
    if (buffered <= this.#maxBufferedBytes) this.#startBytes = 0;
    const isBehind = !this.#isStarting && buffered > this.#maxBufferedBytes + this.#startBytes;
    if (isBehind && this.#isInStep) this.#countSkip();
    this.#isInStep = !isBehind && (this.#isInStep || keyframe);
    if (this.#isInStep) this.#send(data);
  }

  onUnsupported(error: AppError): void {
    this.#fail(error, CLOSE_UNSUPPORTED);
  }

  onRemoved(): void {
    const error = new AppError('camera-not-found', `Camera ${this.#cameraId} was removed`);
    this.#fail(error, CLOSE_CAMERA_REMOVED);
  }

  onFailure(): void {
    this.#socket.terminate();
  }

  #tellWaiting(): void {
    const { cameras } = this.#options;
    const code = cameras.has(this.#cameraId) ? 'no-frame-yet' : 'camera-not-found';
    this.#sendJson({ type: 'waiting', cameraId: this.#cameraId, code });
  }

  #fail({ code, message }: AppError, closeCode: number): void {
    this.#sendJson({ type: 'error', cameraId: this.#cameraId, code, message });
    this.#socket.close(closeCode, code);
  }

  #onMessage(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.#budget.take()) this.#socket.close(CLOSE_POLICY, 'too many messages');
    else if (/"action"\s*:\s*"ping"/.test(text)) this.#sendJson({ type: 'pong' });
    else
      this.#sendJson({ type: 'error', code: 'invalid-field', message: 'action: only "ping" is understood' });
  }

  #countSkip(): void {
    const { cameras } = this.#options;
    if (cameras.has(this.#cameraId)) cameras.get(this.#cameraId).counters.drops += 1;
  }

  /** A ping waits behind what is buffered: a slow client that takes some of it is not gone. */
  #isGone(hasAnswered: boolean): boolean {
    const before = this.#lastBufferedBytes;
    this.#lastBufferedBytes = this.#socket.bufferedAmount;
    return !hasAnswered && this.#lastBufferedBytes >= before;
  }

  #sendJson(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #send(data: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(data, { binary: true });
  }
}
