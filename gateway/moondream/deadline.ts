/** An adjustable time limit, combined with the caller's abort signal. */

/** Aborts its signal when the time is over or the outer signal aborts. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #abort = (): void => this.#controller.abort();
  #timer: NodeJS.Timeout | undefined;
  #isLate = false;

  /** @param ms from now */
  constructor(ms: number, outer: AbortSignal) {
    this.#outer = outer;
    outer.addEventListener('abort', this.#abort, { once: true });
    if (outer.aborted) this.#abort();
    this.restart(ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ended it. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Counts anew from now. */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#controller.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#abort();
    }, ms);
  }

  /** There is nothing left to limit. What has ended well must not be aborted: its connection may serve another by now. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#abort);
  }

  /** Ends everything that is still running. */
  cancel(): void {
    this.end();
    this.#abort();
  }
}
