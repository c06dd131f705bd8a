/** Lets a few cameras dial at a time, so that fifty dead ones do not keep two live ones waiting. */

/** Simultaneous attempts. */
const MAX_CONCURRENT = 4;
/** A camera that answers does so within this; a dead one stops holding others up after it, milliseconds. */
const HOLD_MS = 500;

/** A queue for connection attempts. */
export class ConnectLimiter {
  #active = 0;
  readonly #queue: (() => void)[] = [];
  readonly #holdMs: number;

  constructor(holdMs = HOLD_MS) {
    this.#holdMs = holdMs;
  }

  /** Waits for a place. @returns the function that gives it back; it goes back by itself after a while */
  async acquire(): Promise<() => void> {
    if (this.#active >= MAX_CONCURRENT) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#active += 1;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      this.#active -= 1;
      this.#queue.shift()?.();
    };
    const timer = setTimeout(release, this.#holdMs).unref();
    return release;
  }
}
