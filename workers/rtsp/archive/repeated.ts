/** Work that repeats until it is closed. */
export class Repeated {
  readonly #run: (signal: AbortSignal) => Promise<number>;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /** @param run one run, which does not fail; resolves to the pause after it, milliseconds */
  constructor(run: (signal: AbortSignal) => Promise<number>) {
    this.#run = run;
  }

  /** The first run begins now. */
  start(): void {
    this.#running = this.#runOnce();
  }

  /** Aborts the present run and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #runOnce(): Promise<void> {
    const pauseMs = await this.#run(this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#timer = setTimeout(() => this.start(), pauseMs).unref();
  }
}
