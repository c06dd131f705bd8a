/** Keeps one worker told what is wanted of it. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { call } from './client.ts';
import type { WorkerTarget } from './worker-address.ts';

export interface DesiredStateOptions {
  /** The worker, while it is ready. */
  worker: () => WorkerTarget | undefined;
  /** Where it takes the desired state with `PUT`. */
  path: string;
  /** Body of the request: the complete desired state; undefined where there is nothing to tell. */
  desired: () => object | undefined;
  log: Logger;
  /** Pause after which the desired state is sent again without a change, milliseconds. */
  everyMs?: number;
  /** Pause after a failure, milliseconds. */
  retryMs?: number;
}

const EVERY_MS = 30_000;
const RETRY_MS = 1000;

/** Runs from start to close. The desired state is sent whole, so that sending it twice does no harm. */
export class DesiredState {
  readonly #options: DesiredStateOptions;
  readonly #job: PeriodicJob;
  /** What the worker took last; undefined: unknown. */
  #sent: string | undefined;

  constructor(options: DesiredStateOptions) {
    const { path, log, everyMs = EVERY_MS, retryMs = RETRY_MS } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: (signal) => this.#send(signal),
      onError: (error) =>
        log.warn({ path, reason: messageOf(error) }, 'could not tell a worker what is wanted'),
      everyMs,
      retryMs,
    });
  }

  start(): void {
    this.#job.start();
  }

  /** Sends the desired state if that differs from what the worker took last. */
  update(): void {
    if (JSON.stringify(this.#options.desired()) !== this.#sent) this.#job.runNow();
  }

  /** A worker became ready: sends the desired state in any case. */
  resend(): void {
    this.#sent = undefined;
    this.#job.runNow();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  async #send(signal: AbortSignal): Promise<void> {
    const { worker: find, path, desired } = this.#options;
    const [worker, json] = [find(), desired()];
    // It is sent as soon as there is a worker.
    if (worker === undefined || json === undefined) return;
    this.#sent = undefined;
    await call(worker, { method: 'PUT', path, json, signal });
    this.#sent = JSON.stringify(json);
  }
}
