/** Pauses between tries that fail: they double up to a bound. */

export interface BackoffOptions {
  /** Pause after the first failure, milliseconds. */
  firstMs: number;
  maxMs: number;
  /** Share by which a pause varies either way, so that many do not try simultaneously. */
  jitter?: number;
  /** 0 up to 1. */
  random?: () => number;
}

/** Milliseconds before the next try. @param before failures in a row before this one */
export function backoffMs(
  before: number,
  { firstMs, maxMs, jitter = 0, random = Math.random }: BackoffOptions,
): number {
  const pauseMs = Math.min(maxMs, firstMs * 2 ** before);
  return jitter === 0 ? pauseMs : pauseMs * (1 + jitter * (2 * random() - 1));
}
