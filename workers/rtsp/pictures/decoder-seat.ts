/** The decoder of one camera while it has one, and its room in the budget of the worker. */
import type { Logger } from '#shared/logger.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { DecoderBudget, DecoderHolder, DecoderLease } from './decoder-budget.ts';
import type { Decoder, Media } from './media.ts';

export interface SeatOptions {
  cameraId: string;
  media: Pick<Media, 'openDecoder'>;
  track: VideoTrack;
  budget: DecoderBudget;
  /** Of one picture; undefined while unknown. */
  pixels: () => number | undefined;
  /** Another camera waits for room. */
  onNeeded: () => void;
  /** It found no room, and takes turns from now on. */
  onRationed?: (() => void) | undefined;
  log: Logger;
}

/** A picture of 8 bits with half the colour in each direction. */
const BYTES_PER_PIXEL = 1.5;
/**
 * Pictures that a decoder, its scaler and its encoders hold. Measured with 1080p: 3 for a stream that refers to
 * one picture, 7 for one that refers to four, 5 more for JPEGs in full size.
 */
const PICTURES_HELD = 6;
const UNKNOWN_PIXELS = 1920 * 1080;

/** What a decoder takes. @param pixels of one picture, undefined while unknown */
export function decoderBytes(pixels = UNKNOWN_PIXELS): number {
  return pixels * BYTES_PER_PIXEL * PICTURES_HELD;
}

/** Opens a decoder and gives it back; calls of {@link open} must not overlap. */
export class DecoderSeat {
  readonly #options: SeatOptions;
  readonly #closing = new AbortController();
  #decoder: Decoder | undefined;
  #lease: DecoderLease | undefined;
  #rationedSince: number | undefined;

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  /** Since when the decoder is there for a moment at a time, for want of memory; Unix milliseconds. */
  get rationedSince(): number | undefined {
    return this.#rationedSince;
  }

  get isRationed(): boolean {
    return this.#rationedSince !== undefined;
  }

  /** The open decoder. */
  get decoder(): Decoder | undefined {
    return this.#decoder;
  }

  /**
   * Opens a decoder, which may have to wait for its turn.
   * @throws AppError `camera-unsupported-codec`; the reason of {@link end}
   */
  async open(): Promise<Decoder> {
    const { media, track } = this.#options;
    // JPEGs need no pictures before them: most are passed on without a decoder.
    if (track.codec !== 'mjpeg') this.#lease = await this.#findRoom();
    try {
      this.#decoder = await media.openDecoder(track);
      return this.#decoder;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Frees the decoder and gives its room to others. */
  close(): void {
    this.#decoder?.[Symbol.dispose]();
    this.#decoder = undefined;
    this.#release();
  }

  /** Ends a wait for room, for good. */
  end(): void {
    this.#closing.abort();
  }

  async #findRoom(): Promise<DecoderLease> {
    const { budget, cameraId, log, pixels, onNeeded, onRationed } = this.#options;
    const holder: DecoderHolder = { bytes: decoderBytes(pixels()), onNeeded };
    const lease = budget.take(holder);
    if (lease !== undefined) {
      if (this.#rationedSince !== undefined) log.info({ cameraId }, 'memory suffices for its decoder again');
      this.#rationedSince = undefined;
      return lease;
    }
    if (this.#rationedSince === undefined)
      log.warn({ cameraId }, 'no memory for another decoder: keyframes only for now');
    this.#rationedSince ??= Date.now();
    onRationed?.();
    return await budget.turn(holder, this.#closing.signal);
  }

  #release(): void {
    this.#lease?.release();
    this.#lease = undefined;
  }
}
