/** Hands a consumer the newest item only; older ones are dropped. */
export class NewestSlot<T> {
  readonly #consume: (item: T) => unknown;
  #pending: { item: T } | undefined;
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #skipped = 0;

  /** @param consume may return a promise; the next item waits for it */
  constructor(consume: (item: T) => unknown) {
    this.#consume = consume;
  }

  /** Items that were replaced before the consumer took them. */
  get skipped(): number {
    return this.#skipped;
  }

  offer(item: T): void {
    if (this.#pending !== undefined) this.#skipped += 1;
    this.#pending = { item };
    this.#schedule();
  }

  /** Drops the waiting item. */
  clear(): void {
    this.#pending = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Runs as a task of its own, so that items that arrived while the thread was blocked are skipped too. */
  #schedule(): void {
    if (this.#isBusy || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, 0);
  }

  async #run(): Promise<void> {
    const next = this.#pending;
    if (next === undefined) return;
    this.#pending = undefined;
    this.#isBusy = true;
    try {
      await this.#consume(next.item);
    } catch (error) {
      // The platform reports the consumer's error; frames continue.
      setTimeout(() => {
        throw error;
      }, 0);
    }
    this.#isBusy = false;
    if (this.#pending !== undefined) this.#schedule();
  }
}
