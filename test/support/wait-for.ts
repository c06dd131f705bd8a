/** Waits for a condition instead of sleeping. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Polls until `condition` gives something truthy. @throws Error with `message` when it never does */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, message = 'the condition' }: { timeoutMs?: number; message?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${message}`);
    await delay(POLL_MS);
  }
}
