/** The decoder of cameras that send JPEGs: FFmpeg is loaded, and works, only for formats that need it. */
import type { Frame } from 'node-av/lib';
import { wholeJpeg } from '#shared/media/whole-jpeg.ts';
import { JpegFrame } from '../pictures/jpeg-frame.ts';
import type { NativeFrame } from '../pictures/live-frame.ts';
import type { Decoder } from '../pictures/media.ts';
import type { VideoDecoder } from './decoder.ts';

/** One camera's decoder. */
export class JpegDecoder implements Decoder {
  /** JPEG has no loop filter. */
  skipLoopFilter = false;
  readonly #open: () => Promise<VideoDecoder>;
  #decoder: Promise<VideoDecoder> | undefined;
  /** Pictures are decoded one after another. */
  #tail: Promise<unknown> = Promise.resolve();

  /** @param open opens FFmpeg's decoder; called when first needed */
  constructor(open: () => Promise<VideoDecoder>) {
    this.#open = open;
  }

  async decode(data: Buffer, sequence: number): Promise<{ frames: NativeFrame[]; failed: boolean }> {
    const jpeg = wholeJpeg(data);
    if (jpeg === undefined) return await this.#inTurn((decoder) => decoder.decode(data, sequence));
    const { width, height } = jpeg;
    const native = new JpegFrame<Frame>(jpeg, (bytes) => this.#toFrame(bytes, sequence));
    return { frames: [{ native, sequence, width, height }], failed: false };
  }

  /** Each picture comes out as soon as it went in. */
  async drain(): Promise<NativeFrame[]> {
    return [];
  }

  /** Pictures do not refer to others. */
  reset(): void {}

  [Symbol.dispose](): void {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    if (decoder === undefined) return;
    void this.#tail.then(async () => (await decoder)[Symbol.dispose]()).catch(() => {});
  }

  async #toFrame(data: Buffer, sequence: number): Promise<Frame> {
    const { frames } = await this.#inTurn((decoder) => decoder.decode(data, sequence));
    for (const { native } of frames.slice(0, -1)) native.free();
    const frame = frames.at(-1);
    if (frame === undefined) throw new Error('the JPEG cannot be decoded');
    return frame.native;
  }

  #inTurn<T>(work: (decoder: VideoDecoder) => Promise<T>): Promise<T> {
    this.#decoder ??= this.#open();
    const opened = this.#decoder;
    const result = this.#tail.then(async () => work(await opened));
    this.#tail = result.catch(() => {});
    return result;
  }
}
