/**
 * Receives one camera over HTTP until it fails: a stream of JPEGs (`multipart/x-mixed-replace`), or one
 * picture for each request. What comes decides: cameras name it in many ways.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpSource } from '#shared/contract/source/http.ts';
import { AppError, peerWords } from '#shared/errors.ts';
import { JpegSplitter, type SplitJpeg } from '#shared/media/jpeg-splitter.ts';
import { CameraHttp, type CameraResponse } from '../camera-http.ts';
import { toDialError } from '../dial-error.ts';
import { InputLimit } from '../input-limit.ts';
import { RedirectError } from '../redirect.ts';
import { type AddressGuard, resolveChecked } from '../resolve.ts';
import type { RunSource, SourceHandlers } from '../run-source.ts';
import { checkHttpStatus } from './http-status.ts';

/** Time limits, milliseconds. */
export interface HttpTimings {
  /** For the head of an answer: some cameras take a still picture before it. */
  answerMs: number;
  /** From one request for a still picture to the next. */
  stillMs: number;
}

export const HTTP_TIMINGS: HttpTimings = { answerMs: 10_000, stillMs: 1000 };

/** Content that is certainly no picture. */
const NO_PICTURE = /^(?:text|application\/(?:json|xml|xhtml)|audio|image\/(?!jpe?g|jfif|pjpeg))/i;
const STILL = /^\s*image\//i;

/** Creates the function that receives over HTTP; each run resolves and checks the address anew. */
export function createHttpSource(
  guard: AddressGuard,
  timings: HttpTimings = HTTP_TIMINGS,
): RunSource<HttpSource> {
  return async (source, handlers, signal) => {
    const receive = (target: HttpSource): Promise<never> =>
      new Receiver(target, handlers, timings).run(guard, signal);
    try {
      return await receive(source).catch((error: unknown) => {
        if (!(error instanceof RedirectError) || error.path === undefined) throw error;
        return receive({ ...source, path: error.path });
      });
    } catch (error) {
      if (signal.aborted)
        throw new AppError('camera-disconnected', 'The session was ended', { cause: error });
      throw isUnreadable(error) ? unreadable(error) : toDialError(error);
    }
  };
}

/** One session with a camera. */
class Receiver {
  readonly #source: HttpSource;
  readonly #handlers: SourceHandlers;
  readonly #timings: HttpTimings;
  readonly #limit = new InputLimit();
  #hasTrack = false;

  constructor(source: HttpSource, handlers: SourceHandlers, timings: HttpTimings) {
    this.#source = source;
    this.#handlers = handlers;
    this.#timings = timings;
  }

  /** Always ends by throwing. */
  async run(guard: AddressGuard, signal: AbortSignal): Promise<never> {
    const { secure, host, port, username, password } = this.#source;
    const lookup = await resolveChecked(host, port, guard);
    const http = new CameraHttp({ secure, host, port, username, password, lookup });
    try {
      for (;;) {
        const nextAt = performance.now() + this.#timings.stillMs;
        const pictures = await this.#receive(await this.#open(http, signal));
        // A stream that ends has failed; one picture for a request is a still picture.
        if (pictures > 1) throw new AppError('camera-disconnected', 'The camera ended the stream');
        if (pictures === 0)
          throw new AppError('camera-no-frames', 'The answer of the camera holds no whole JPEG');
        await delay(Math.max(0, nextAt - performance.now()), undefined, { signal });
      }
    } finally {
      http.close();
    }
  }

  async #open(http: CameraHttp, signal: AbortSignal): Promise<CameraResponse> {
    const { path } = this.#source;
    const response = await http.open({ path }, { timeoutMs: this.#timings.answerMs, signal });
    const { statusCode = 0, headers } = response;
    try {
      if (statusCode >= 300 && statusCode < 400) throw new RedirectError(this.#source, headers.location);
      checkHttpStatus(statusCode);
      const type = headers['content-type'] ?? '';
      if (NO_PICTURE.test(type.trim())) throw noPicture(type);
    } catch (error) {
      response.destroy();
      throw error;
    }
    if (!this.#hasTrack)
      this.#handlers.onTrack({ codec: 'mjpeg', parameterSets: Buffer.alloc(0), announcedFps: undefined });
    this.#hasTrack = true;
    return response;
  }

  /** @returns how many pictures the answer held */
  async #receive(response: CameraResponse): Promise<number> {
    const { during = (work) => work() } = this.#handlers;
    const isStill = STILL.test(response.headers['content-type'] ?? '');
    let pictures = 0;
    const splitter = new JpegSplitter((jpeg) => {
      pictures += 1;
      this.#emit(jpeg);
    });
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        this.#limit.addBytes(chunk.length);
        during(() => splitter.push(chunk));
        // A length that is too long would be waited for.
        if (isStill && pictures > 0 && !response.complete) break;
      }
    } catch (error) {
      // A connection that is cut after the picture: the picture was whole.
      const isCut = (error as NodeJS.ErrnoException).code === 'ECONNRESET' && pictures === 1;
      if (!isCut) throw error;
    }
    return pictures;
  }

  #emit({ data, startedAt }: SplitJpeg): void {
    this.#limit.addPacket();
    this.#handlers.onPacket({ data, keyframe: true, mediaTimeMs: performance.now(), capturedAt: startedAt });
  }
}

function noPicture(type: string): AppError {
  return new AppError(
    'camera-no-video-track',
    `The address answers with ${peerWords(type)}, not with pictures`,
  );
}

/** Whether Node's HTTP parser failed: what answers speaks another protocol. */
function isUnreadable(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException).code ?? '').startsWith('HPE_');
}

function unreadable(cause: unknown): AppError {
  return new AppError('camera-protocol-error', 'The answer of the camera is not valid HTTP', { cause });
}
