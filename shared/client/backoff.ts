/** How long to wait between tries, so that many clients do not come back at the same moment. */

const MIN_MS = 500;
const MAX_MS = 15_000;

/**
 * Milliseconds before the next try: between 0.5 s and a bound that doubles from 1 s to 15 s.
 * @param failures tries in a row that failed, 0 for the first
 */
export function nextDelayMs(failures: number, random: () => number = Math.random): number {
  const bound = Math.min(MAX_MS, 2 * MIN_MS * 2 ** Math.min(failures, 10));
  return MIN_MS + random() * (bound - MIN_MS);
}
