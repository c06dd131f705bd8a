/**
 * A camera's picture when nothing happens: for every pixel a running mean and a
 * running mean deviation. A pixel that differs by several deviations from all
 * its neighbours in the background is foreground.
 */
import type { Shift } from './camera-shift.ts';

/** Parameters of the comparison. */
export interface BackgroundLimits {
  /** A difference below this never counts, grey levels. */
  minDifference: number;
  /** A difference below this many mean deviations never counts. */
  deviations: number;
}

/** Time constant for the background where nothing moves, seconds. */
const ADAPT_S = 4;
/** Time constant for things that stay. */
const ABSORB_S = 60;
const FIRST_DEVIATION = 3;
const MIN_DEVIATION = 0.8;
/** Half a pixel of shake and the movement of leaves: a pixel may equal one of its neighbours. */
const NEIGHBOURHOOD = 1;
/** Step between pixels sampled for the change of light. */
const LIGHT_STEP = 127;
const MAX_GAIN = 2;

/** The model of one camera, for pictures of one size. */
export class Background {
  readonly width: number;
  readonly height: number;
  readonly mean: Float32Array;
  readonly #deviation: Float32Array;
  readonly #counted: Uint8Array;
  readonly #foreground: Uint8Array;
  #marked = 0;
  #pictures = 0;

  /** @param counted 1 for each pixel that counts */
  constructor(width: number, height: number, counted: Uint8Array) {
    this.width = width;
    this.height = height;
    this.mean = new Float32Array(width * height);
    this.#deviation = new Float32Array(width * height).fill(FIRST_DEVIATION);
    this.#counted = counted;
    this.#foreground = new Uint8Array(width * height);
  }

  /** Pictures learnt since the last {@link Background.forget}. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Pixels marked by the last comparison. */
  get marked(): number {
    return this.#marked;
  }

  /** Starts over: the next picture is the background. */
  forget(): void {
    this.#pictures = 0;
  }

  /** Learns a picture without comparing it. */
  learn(pixels: Uint8Array): void {
    const share = 1 / (this.#pictures + 1);
    if (this.#pictures === 0) {
      this.mean.set(pixels);
      this.#deviation.fill(FIRST_DEVIATION);
    } else {
      for (let at = 0; at < pixels.length; at += 1) this.#blend(at, pixels[at] as number, share);
    }
    this.#pictures += 1;
  }

  /** Brightness of the picture relative to the background: the median over sampled pixels. */
  lightChange(pixels: Uint8Array): number {
    const ratios: number[] = [];
    for (let at = 0; at < pixels.length; at += LIGHT_STEP) {
      if (this.#counted[at] === 1)
        ratios.push(((pixels[at] as number) + 1) / ((this.mean[at] as number) + 1));
    }
    const median = Float32Array.from(ratios).sort()[ratios.length >> 1] ?? 1;
    return Math.min(MAX_GAIN, Math.max(1 / MAX_GAIN, median));
  }

  /** Marks foreground. Returns one byte a pixel, 1 for foreground; overwritten by the next call. */
  compare(pixels: Uint8Array, shift: Shift, gain: number, limits: BackgroundLimits): Uint8Array {
    const { width, height, mean } = this;
    const [counted, deviation, foreground] = [this.#counted, this.#deviation, this.#foreground];
    const { minDifference, deviations } = limits;
    const margin = NEIGHBOURHOOD + Math.max(Math.abs(shift.x), Math.abs(shift.y));
    const offset = shift.y * width + shift.x;
    if (this.#marked > 0) foreground.fill(0);
    this.#marked = 0;
    for (let y = margin; y < height - margin; y += 1) {
      for (let x = margin, at = y * width + margin; x < width - margin; x += 1, at += 1) {
        const behind = at - offset;
        const level = pixels[at] as number;
        const difference = Math.abs(level - (mean[behind] as number) * gain);
        // Nearly all pixels end here, without further reads.
        if (difference <= minDifference) continue;
        const limit = Math.max(minDifference, deviations * (deviation[behind] as number));
        if (difference <= limit || counted[at] === 0) continue;
        if (this.#looksLikeNeighbour(level, behind, gain, limit)) continue;
        foreground[at] = 1;
        this.#marked += 1;
      }
    }
    return foreground;
  }

  /** Updates the background. @param seconds since the previous picture */
  adapt(pixels: Uint8Array, foreground: Uint8Array, seconds: number): void {
    const share = 1 - Math.exp(-seconds / ADAPT_S);
    const absorbed = 1 - Math.exp(-seconds / ABSORB_S);
    const [mean, deviation] = [this.mean, this.#deviation];
    for (let at = 0; at < pixels.length; at += 1) {
      const difference = (pixels[at] as number) - (mean[at] as number);
      const isForeground = foreground[at] === 1;
      mean[at] = (mean[at] as number) + difference * (isForeground ? absorbed : share);
      if (isForeground) continue;
      const before = deviation[at] as number;
      deviation[at] = Math.max(MIN_DEVIATION, before + (Math.abs(difference) - before) * share);
    }
    this.#pictures += 1;
  }

  #blend(at: number, level: number, share: number): void {
    const difference = level - (this.mean[at] as number);
    this.mean[at] = (this.mean[at] as number) + difference * share;
    const deviation = this.#deviation[at] as number;
    this.#deviation[at] = Math.max(MIN_DEVIATION, deviation + (Math.abs(difference) - deviation) * share);
  }

  #looksLikeNeighbour(level: number, at: number, gain: number, limit: number): boolean {
    for (let y = -NEIGHBOURHOOD; y <= NEIGHBOURHOOD; y += 1) {
      for (let x = -NEIGHBOURHOOD; x <= NEIGHBOURHOOD; x += 1) {
        const around = this.mean[at + y * this.width + x] as number;
        if (Math.abs(level - around * gain) <= limit) return true;
      }
    }
    return false;
  }
}
