/** Sends the analysis worker the whole of what is wanted, until it has taken the newest. */
import { ANALYSIS_PATH, type AnalysisWish } from '#shared/detections-settings.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { call } from '../worker-access/client.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';

export interface WishSenderOptions {
  /** The worker, while it is ready. */
  worker: () => WorkerTarget | undefined;
  wish: () => AnalysisWish;
  log: Logger;
  /** Pause after which it is sent again without any change, milliseconds. */
  everyMs?: number;
  /** Pause after a failure, milliseconds. */
  retryMs?: number;
}

const EVERY_MS = 30_000;
const RETRY_MS = 1000;

/** Runs from start to close; sending twice does no harm. */
export class WishSender {
  readonly #options: WishSenderOptions;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isAgainWanted = false;

  constructor(options: WishSenderOptions) {
    this.#options = options;
  }

  /** Something changed: sends now, or after what is under way. */
  send(): void {
    if (this.#closing.signal.aborted) return;
    this.#isAgainWanted = true;
    this.#sending ??= this.#run().finally(() => {
      this.#sending = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#sending;
  }

  async #run(): Promise<void> {
    const { log, everyMs = EVERY_MS, retryMs = RETRY_MS } = this.#options;
    clearTimeout(this.#timer);
    let pause = everyMs;
    while (this.#isAgainWanted && !this.#closing.signal.aborted) {
      this.#isAgainWanted = false;
      try {
        await this.#put();
      } catch (error) {
        pause = retryMs;
        if (!this.#closing.signal.aborted)
          log.warn({ reason: messageOf(error) }, 'analysis could not be told what is wanted');
      }
    }
    if (!this.#closing.signal.aborted) this.#timer = setTimeout(() => this.send(), pause);
  }

  async #put(): Promise<void> {
    const worker = this.#options.worker();
    // It is sent as soon as there is a worker.
    if (worker === undefined) return;
    const { signal } = this.#closing;
    await call(worker, { method: 'PUT', path: ANALYSIS_PATH, json: this.#options.wish(), signal });
  }
}
