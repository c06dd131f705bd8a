/** What is counted of a camera's pictures for `/metrics`. */
import { Histogram } from '#shared/http/histogram.ts';

export interface PictureCounters {
  /** Packets decoded. */
  decoded: number;
  decodeErrors: number;
  /** Packets decoded in lower quality than viewers want, since the machine could not keep up. */
  degraded: number;
  encoded: number;
  /** Total time spent in encoding, milliseconds. */
  encodeMs: number;
  /** Frames that slow viewers did not get. */
  drops: number;
  /** From the capture of a frame to its hand-over to viewers, seconds. */
  latency: Histogram;
}

/** All zero. */
export function newPictureCounters(): PictureCounters {
  return {
    decoded: 0,
    decodeErrors: 0,
    degraded: 0,
    encoded: 0,
    encodeMs: 0,
    drops: 0,
    latency: new Histogram(),
  };
}
