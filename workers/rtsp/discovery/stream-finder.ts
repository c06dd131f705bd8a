/** Asks one RTSP port of a camera which paths have a stream, on one connection where the camera lets it be one. */
import { requestUrl } from '#shared/camera-source.ts';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import type { AudioTrack } from '#shared/media/audio-track.ts';
import { parseAudioMedia } from '#shared/media/rtsp/audio-media.ts';
import { parseAuthHeader } from '#shared/media/rtsp/digest.ts';
import type { RtspMessage } from '#shared/media/rtsp/message.ts';
import { parseVideoMedia, type VideoMedia } from '#shared/media/rtsp/video-media.ts';
import { RedirectError } from '../source/redirect.ts';
import type { AddressGuard } from '../source/resolve.ts';
import { createReadBuffer, dial } from '../source/rtsp/dial.ts';
import { RtspConnection } from '../source/rtsp/rtsp-connection.ts';

/** A path with a stream, as its description says. */
export interface DescribedStream {
  source: RtspSource;
  video: VideoMedia;
  audio: AudioTrack | undefined;
}

export interface StreamFinderOptions {
  /** Path and transport do not matter. */
  source: RtspSource;
  guard: AddressGuard;
  /** Ends all work. */
  signal: AbortSignal;
}

const DIAL_MS = 4000;
const ANSWER_MS = 4000;
/** Cameras that close the connection with each refusal, and cameras that leave questions unanswered. */
const MAX_DIALS = 40;
const MAX_TIMEOUTS = 2;
/** Codes of a path without a stream that can be used; the camera itself is fine. */
const NOT_HERE: readonly ErrorCode[] = [
  'camera-path-not-found',
  'camera-protocol-error',
  'camera-redirected',
];
const UNUSABLE: readonly ErrorCode[] = [
  'camera-no-video-track',
  'camera-unsupported-codec',
  'camera-encrypted',
];
/** Text of a camera goes no further than this. */
const MAX_SIGN = 128;
const MAX_SIGNS = 8;

/** One port; closed by its owner. Calls must not overlap. */
export class StreamFinder {
  readonly #options: StreamFinderOptions;
  readonly #readBuffer = createReadBuffer();
  readonly #signs = new Set<string>();
  #connection: RtspConnection | undefined;
  #dials = 0;
  #timeouts = 0;
  #wasAsked = false;
  #isAccepted = false;
  #unusable: AppError | undefined;

  constructor(options: StreamFinderOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#options.source.port;
  }

  /** `Server` headers and realms of the camera. */
  get signs(): string[] {
    return [...this.#signs];
  }

  /** Whether the camera has answered to our password with anything but a refusal. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  /** Why a path that exists is of no use. */
  get unusable(): AppError | undefined {
    return this.#unusable;
  }

  /** Connects and sees whether RTSP answers. @throws AppError `camera-*` */
  async greet(): Promise<void> {
    const { source } = this.#options;
    await this.#ask('OPTIONS', source, {}).catch((error: unknown) => {
      // Any answer will do, but what is no RTSP ends the connection.
      const isAnswer = error instanceof AppError && [...NOT_HERE, 'camera-busy'].includes(error.code);
      if (!isAnswer || this.#connection?.isOpen !== true) throw error;
    });
  }

  /** The stream at a path; undefined where there is none. @throws AppError `camera-*` when it makes no sense to go on */
  async describe(path: string): Promise<DescribedStream | undefined> {
    const source = { ...this.#options.source, path };
    try {
      const body = await this.#ask('DESCRIBE', source, { Accept: 'application/sdp' });
      return { source, video: parseVideoMedia(body), audio: parseAudioMedia(body) };
    } catch (error) {
      if (!(error instanceof AppError) || this.#options.signal.aborted) throw error;
      return await this.#afterFailure(error, path);
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #afterFailure(error: AppError, path: string): Promise<DescribedStream | undefined> {
    if (error instanceof RedirectError && error.path !== undefined && error.path !== path)
      return await this.#describeOnce(error.path);
    if (UNUSABLE.includes(error.code)) {
      this.#unusable = error;
      return undefined;
    }
    if (NOT_HERE.includes(error.code)) return undefined;
    this.close();
    if (error.code === 'camera-disconnected') return undefined;
    if (error.code === 'camera-timeout' && this.#timeouts < MAX_TIMEOUTS) {
      this.#timeouts += 1;
      return undefined;
    }
    // A password that was accepted before is right: the user may not see this path, or the nonce was used up.
    if (error.code === 'camera-unauthorized' && this.#isAccepted) return undefined;
    throw error;
  }

  async #describeOnce(path: string): Promise<DescribedStream | undefined> {
    const source = { ...this.#options.source, path };
    const body = await this.#ask('DESCRIBE', source, { Accept: 'application/sdp' }).catch(() => undefined);
    if (body === undefined) return undefined;
    return { source, video: parseVideoMedia(body), audio: parseAudioMedia(body) };
  }

  /** A camera that hung up after the answer before is dialled once more. */
  async #ask(method: string, source: RtspSource, headers: Record<string, string>): Promise<string> {
    const before = this.#connection;
    const connection = await this.#connected();
    const request = { method, uri: requestUrl(source), headers, answerMs: ANSWER_MS };
    try {
      return (await connection.request(request)).body;
    } catch (error) {
      const hungUp = error instanceof AppError && error.code === 'camera-disconnected';
      if (!hungUp || before !== connection || this.#options.signal.aborted) throw error;
      return (await (await this.#connected()).request(request)).body;
    }
  }

  async #connected(): Promise<RtspConnection> {
    if (this.#connection?.isOpen === true) return this.#connection;
    const { source, guard, signal } = this.#options;
    this.#dials += 1;
    if (this.#dials > MAX_DIALS) throw new AppError('camera-disconnected', 'The camera hangs up each time');
    const socket = await dial(source, { timeoutMs: DIAL_MS, signal, guard, readBuffer: this.#readBuffer });
    const handlers = {
      onInterleaved: () => {},
      isChannel: () => false,
      onMessage: (message: RtspMessage) => this.#note(message),
    };
    const connection = new RtspConnection(socket, source, handlers);
    signal.addEventListener('abort', () => connection.close(), { once: true });
    if (signal.aborted) connection.close();
    this.#connection = connection;
    this.#wasAsked = false;
    return connection;
  }

  #note({ startLine, headers }: RtspMessage): void {
    const isRefusal = / 401\b/.test(startLine);
    // After its challenge every request carries our answer to it.
    if (this.#wasAsked && !isRefusal) this.#isAccepted = true;
    this.#wasAsked ||= isRefusal;
    const realms = (headers.get('www-authenticate') ?? []).map(
      (value) => parseAuthHeader(value).parameters.get('realm') ?? '',
    );
    for (const sign of [...(headers.get('server') ?? []), ...realms])
      if (sign !== '' && this.#signs.size < MAX_SIGNS) this.#signs.add(sign.slice(0, MAX_SIGN));
  }
}
