/** An adjustable time limit, combined with the caller's abort signal. */

/** Aborts its signal after a time, or when the outer signal aborts. */
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

  /** Whether the time ran out. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** @param ms from now */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#controller.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#abort();
    }, ms);
  }

  /** Stops the timer without an abort: the connection of a complete answer may serve another request. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#abort);
  }

  /** Stops the timer and aborts the signal. */
  cancel(): void {
    this.end();
    this.#abort();
  }
}
