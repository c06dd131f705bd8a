/** The encoders of one camera: one per format, kept while in use. */

import type { Frame } from 'node-av/lib';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import { JpegFrame } from '../pictures/jpeg-frame.ts';
import { formatKey } from '../pictures/picture.ts';
import type { EncodedPicture } from './jpeg-encoder.ts';

/** More formats than any dashboard needs simultaneously; the least recently used one makes room. */
const MAX_ENCODERS = 10;

/** Makes the bytes of one format. Calls must not overlap. */
interface PictureEncoder extends Disposable {
  encode(frame: Frame): Promise<EncodedPicture>;
}

/** Encodes frames, one at a time per format. */
export class EncoderSet {
  readonly #encoders = new Map<string, { encoder: Promise<PictureEncoder>; tail: Promise<unknown> }>();
  readonly #onEncoded: (milliseconds: number) => void;

  /** @param onEncoded called with the duration of each encoding, milliseconds */
  constructor(onEncoded: (milliseconds: number) => void) {
    this.#onEncoded = onEncoded;
  }

  /** Encodes one frame, which must live until the promise settles. */
  async encode({ native }: { native: { free(): void } }, format: PictureFormat): Promise<EncodedPicture> {
    const isJpeg = native instanceof JpegFrame;
    const own = isJpeg ? native.as(format) : undefined;
    if (own !== undefined) return own;
    const frame = isJpeg ? await native.decoded() : native;
    const entry = this.#entryFor(format);
    const encoded = entry.tail.then(async () => {
      const encoder = await entry.encoder;
      return this.#time(() => encoder.encode(frame as Frame));
    });
    entry.tail = encoded.catch(() => {});
    return encoded;
  }

  /** Frees every encoder once its last picture is finished. */
  async close(): Promise<void> {
    const entries = [...this.#encoders.values()];
    this.#encoders.clear();
    await Promise.all(entries.map(free));
  }

  #entryFor(format: PictureFormat) {
    const key = formatKey(format);
    const entry = this.#encoders.get(key) ?? { encoder: encoderFor(format), tail: Promise.resolve() };
    this.#encoders.delete(key);
    this.#encoders.set(key, entry);
    const [oldestKey, oldest] = this.#encoders.entries().next().value ?? [];
    if (this.#encoders.size > MAX_ENCODERS && oldest !== undefined && oldestKey !== undefined) {
      this.#encoders.delete(oldestKey);
      void free(oldest);
    }
    return entry;
  }

  async #time<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.#onEncoded(performance.now() - start);
    return result;
  }
}

async function encoderFor(format: PictureFormat): Promise<PictureEncoder> {
  // Loaded when first used, like all of FFmpeg.
  if (format.isLuma === true) {
    const { LumaScaler } = await import('./luma-scaler.ts');
    return new LumaScaler(format);
  }
  const { JpegEncoder } = await import('./jpeg-encoder.ts');
  return new JpegEncoder(format);
}

async function free({
  encoder,
  tail,
}: {
  encoder: Promise<PictureEncoder>;
  tail: Promise<unknown>;
}): Promise<void> {
  await tail;
  (await encoder)[Symbol.dispose]();
}
