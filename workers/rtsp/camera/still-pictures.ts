/** Pictures from the still address of a camera, for clients that ask while no stream gives any. */
import type { HttpSource } from '#shared/contract/source/http.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { SplitJpeg } from '#shared/media/jpeg-splitter.ts';
import { LiveFrame, type PictureEncoders } from '../pictures/live-frame.ts';
import type { Decoder, Media } from '../pictures/media.ts';
import type { Picture } from '../pictures/picture.ts';
import { noFrameYet } from '../pictures/snapshot-requests.ts';
import { PictureLimit } from './picture-limit.ts';

/** Asks a camera for one picture. @throws AppError `camera-*` */
export type FetchStill = (source: HttpSource, signal: AbortSignal) => Promise<SplitJpeg>;

/** A picture is asked for at most this often, milliseconds, however many clients ask. */
const FRESH_MS = 1000;
const TIMEOUT_MS = 8000;
/** Pictures are numbered apart from those of streams, within 32 bits. */
const STILL_SEQUENCE = 3 * 2 ** 30;
const TRACK = { codec: 'mjpeg', parameterSets: Buffer.alloc(0), announcedFps: undefined } as const;

export interface StillPicturesOptions {
  cameraId: string;
  source: HttpSource;
  fetch: FetchStill;
  media: Media;
  maxPixels?: number | undefined;
}

/** Owns the newest still picture of a camera. */
export class StillPictures {
  readonly #options: StillPicturesOptions;
  readonly #encoders: PictureEncoders;
  readonly #closing = new AbortController();
  #decoder: Promise<Decoder> | undefined;
  #newest: { frame: Promise<LiveFrame>; askedAt: number } | undefined;
  #count = 0;

  constructor(options: StillPicturesOptions) {
    this.#options = options;
    this.#encoders = options.media.createEncoders(() => {});
  }

  /** A picture of now. @throws AppError `camera-*`, `no-frame-yet` */
  async snapshot(format: PictureFormat): Promise<Picture> {
    const now = performance.now();
    if (this.#newest === undefined || now - this.#newest.askedAt > FRESH_MS) {
      const before = this.#newest;
      this.#newest = { frame: this.#fetch(), askedAt: now };
      void before?.frame.then((frame) => frame.release()).catch(() => {});
    }
    return (await this.#newest.frame).picture(format);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#newest?.frame.then((frame) => frame.release()).catch(() => {});
    await this.#encoders.close();
    (await this.#decoder?.catch(() => undefined))?.[Symbol.dispose]();
  }

  async #fetch(): Promise<LiveFrame> {
    const { cameraId, source, fetch, media, maxPixels } = this.#options;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const { data, startedAt } = await fetch(source, signal);
    const limit = new PictureLimit(maxPixels);
    limit.begin(TRACK);
    limit.check({ data, keyframe: true });
    this.#count += 1;
    this.#decoder ??= media.openDecoder(TRACK);
    const { frames } = await (await this.#decoder).decode(data, STILL_SEQUENCE + this.#count);
    const frame = frames.at(-1);
    if (frame === undefined) throw noFrameYet();
    return new LiveFrame(frame, this.#encoders, { cameraId, capturedAt: startedAt, mediaTimeMs: 0 });
  }
}
