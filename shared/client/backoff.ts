/** Randomised reconnect delays, so that clients do not return simultaneously. */

const MIN_MS = 500;
const MAX_MS = 15_000;

/**
 * Milliseconds until the next attempt: between 0.5 s and a limit that doubles from 1 s to 15 s.
 * @param failures consecutive failed attempts, 0 for the first
 */
export function nextDelayMs(failures: number, random: () => number = Math.random): number {
  const bound = Math.min(MAX_MS, 2 * MIN_MS * 2 ** Math.min(failures, 10));
  return MIN_MS + random() * (bound - MIN_MS);
}
