/** Time that passes when a test says so. */
import type { Clock } from '../../../shared/clock.ts';

/** A day in summer. */
const START = Date.UTC(2026, 7, 22, 10);

export class ManualClock implements Clock {
  #now = START;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Calls whose time has not come. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets time pass and makes the calls that fall due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
