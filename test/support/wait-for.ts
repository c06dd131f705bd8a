/** Waits for a condition instead of sleeping. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** How long to wait, and for what: in words, or what finds the words when it was in vain. */
export interface Patience {
  timeoutMs?: number;
  message?: string | (() => string);
}

/** Polls until `condition` gives something truthy. @throws Error with `message` when it never does */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 20_000, message = 'the condition' }: Patience = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) {
      const what = typeof message === 'string' ? message : message();
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    }
    await delay(POLL_MS);
  }
}
