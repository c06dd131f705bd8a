/** Asks a MediaMTX server every few seconds who it is, so that a restart is seen between two syncs. */
import type { Clock } from '#shared/clock.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { MediamtxClient } from './client.ts';

export interface MediamtxPulseOptions {
  client: Pick<MediamtxClient, 'info'>;
  clock: Clock;
  /** Called when the server was started anew, or answers again. */
  onRestart: () => void;
  /** Called when it begins or ends to answer. */
  onChange?: () => void;
  everyMs?: number;
}

const EVERY_MS = 3000;

/** Runs from start to close. Failures are reported by the sync. */
export class MediamtxPulse {
  readonly #options: MediamtxPulseOptions;
  readonly #job: PeriodicJob;
  #started: string | undefined;
  #isAway = false;

  constructor(options: MediamtxPulseOptions) {
    this.#options = options;
    this.#job = new PeriodicJob({
      run: (signal) => this.#ask(signal),
      onError: () => {
        if (this.#isAway) return;
        this.#isAway = true;
        options.onChange?.();
      },
      everyMs: options.everyMs ?? EVERY_MS,
      clock: options.clock,
    });
  }

  start(): void {
    this.#job.start();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  /** Whether it did not answer last. */
  get isAway(): boolean {
    return this.#isAway;
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const started = (await this.#options.client.info(signal))?.started;
    const isKnown = started !== undefined && this.#started !== undefined;
    const isOther = isKnown && started !== this.#started;
    const isBack = this.#isAway;
    this.#started = started ?? this.#started;
    this.#isAway = false;
    if (isOther || isBack) this.#options.onRestart();
    if (isBack) this.#options.onChange?.();
  }
}
