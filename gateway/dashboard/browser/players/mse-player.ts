/** Plays a camera by Media Source Extensions over a WebSocket, for networks that pass HTTP only. */
import { LiveEdge } from './live-edge.ts';
import { type EndPlayer, PlaybackWatch, type PlayerHandlers } from './player.ts';

/** Older media is removed from the buffer, seconds. */
const KEEP_S = 20;

/** iPhones have ManagedMediaSource only. */
interface WindowWithManaged {
  ManagedMediaSource?: typeof MediaSource;
  MediaSource?: typeof MediaSource;
}

interface Message {
  type: 'init' | 'waiting' | 'error' | 'pong';
  codec?: string;
  /** Whether the camera's sound needs conversion. */
  isSoundLeftOut?: boolean;
  message?: string;
}

/** Starts playing. @param url the camera's MSE socket, `ws:` or `wss:` */
export function playMse(video: HTMLVideoElement, url: string, handlers: PlayerHandlers): EndPlayer {
  const session = new MseSession(video, url, handlers);
  session.start();
  return () => session.end();
}

class MseSession {
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #handlers: PlayerHandlers;
  readonly #ending = new AbortController();
  #socket: WebSocket | undefined;
  #source: MediaSource | undefined;
  #buffer: SourceBuffer | undefined;
  #edge = new LiveEdge();
  #queue: ArrayBuffer[] = [];
  #watch: PlaybackWatch | undefined;
  /** Socket URL: converted sound only while the user listens, and only codecs that this browser plays. */
  #audio: 'untouched' | 'any' | 'none' = 'untouched';
  #isSoundLeftOut = false;

  constructor(video: HTMLVideoElement, url: string, handlers: PlayerHandlers) {
    this.#video = video;
    this.#url = url;
    this.#handlers = handlers;
  }

  start(): void {
    if (sourceKind() === undefined) {
      queueMicrotask(() => this.#fail('this browser has no Media Source Extensions'));
      return;
    }
    this.#open();
    this.#watch = new PlaybackWatch(this.#video, {
      onPlaying: () => this.#handlers.onPlaying(),
      onFailed: (reason) => this.#fail(reason),
    });
    const { signal } = this.#ending;
    this.#video.addEventListener('volumechange', () => this.#listen(), { signal });
  }

  end(): void {
    if (this.#isOver) return;
    this.#handlers.onEnding?.();
    this.#ending.abort();
    this.#watch?.end();
    this.#close();
  }

  get #isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  #open(): void {
    const Source = sourceKind() as typeof MediaSource;
    const source = new Source();
    this.#source = source;
    // ManagedMediaSource plays only with remote playback disabled.
    this.#video.disableRemotePlayback = true;
    this.#video.src = URL.createObjectURL(source);
    source.addEventListener('sourceopen', () => this.#connect(source), { once: true });
    void this.#video.play().catch(() => {});
  }

  #close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#source = undefined;
    this.#buffer = undefined;
    this.#queue = [];
    this.#video.playbackRate = 1;
    const { src } = this.#video;
    this.#video.removeAttribute('src');
    this.#video.load();
    if (src !== '') URL.revokeObjectURL(src);
  }

  /** Starts over: the tracks of a player cannot change. */
  #ask(audio: 'any' | 'none'): void {
    this.#audio = audio;
    this.#close();
    this.#open();
  }

  /** Requests converted sound when the user listens. */
  #listen(): void {
    if (!this.#video.muted && this.#isSoundLeftOut && this.#audio === 'untouched') this.#ask('any');
  }

  #connect(source: MediaSource): void {
    if (this.#isOver || source !== this.#source) return;
    const socket = new WebSocket(
      this.#audio === 'untouched' ? this.#url : `${this.#url}?audio=${this.#audio}`,
    );
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return;
      if (typeof data === 'string') this.#obey(JSON.parse(data) as Message);
      else this.#append(data);
    });
    socket.addEventListener('close', () => {
      if (socket === this.#socket) this.#fail('the connection ended');
    });
  }

  #obey({ type, codec, isSoundLeftOut = false, message }: Message): void {
    if (type === 'error') this.#fail(message ?? 'it cannot be played');
    if (type !== 'init' || codec === undefined) return;
    const hasSound = codec.includes(',');
    if (sourceKind()?.isTypeSupported(codec) !== true) {
      if (hasSound && this.#buffer === undefined) this.#ask('none');
      else this.#fail(`this browser does not play ${codec}`);
      return;
    }
    this.#isSoundLeftOut = isSoundLeftOut;
    if (hasSound || (isSoundLeftOut && this.#audio === 'untouched')) this.#handlers.onSound?.();
    this.#queue = [];
    if (this.#buffer === undefined) this.#begin(codec);
    else this.#buffer.changeType(codec);
    this.#listen();
  }

  #begin(codec: string): void {
    const buffer = this.#source?.addSourceBuffer(codec);
    this.#buffer = buffer;
    this.#edge = new LiveEdge();
    buffer?.addEventListener('updateend', () => {
      if (buffer !== this.#buffer) return;
      this.#keepUp();
      this.#flush();
    });
    buffer?.addEventListener('error', () => {
      if (buffer === this.#buffer) this.#fail('the video cannot be decoded');
    });
  }

  #append(data: ArrayBuffer): void {
    this.#queue.push(data);
    this.#flush();
  }

  #flush(): void {
    const buffer = this.#buffer;
    if (this.#isOver || buffer === undefined || buffer.updating) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    try {
      buffer.appendBuffer(next);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Stays close to the newest picture, also after a tab was in the background, and removes old media. */
  #keepUp(): void {
    const { buffered } = this.#video;
    if (this.#isOver || buffered.length === 0) return;
    const [newest, end] = [buffered.start(buffered.length - 1), buffered.end(buffered.length - 1)];
    const { jumpTo, rate } = this.#edge.follow({ start: newest, end, at: this.#video.currentTime });
    if (jumpTo !== undefined) this.#video.currentTime = jumpTo;
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
    const start = buffered.start(0);
    if (end - start > 2 * KEEP_S && this.#buffer?.updating === false)
      this.#buffer.remove(start, end - KEEP_S);
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.end();
    this.#handlers.onFailed(reason);
  }
}

function sourceKind(): typeof MediaSource | undefined {
  const { ManagedMediaSource, MediaSource } = globalThis as WindowWithManaged;
  return ManagedMediaSource ?? MediaSource;
}
