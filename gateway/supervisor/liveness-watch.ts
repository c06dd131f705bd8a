/** Probes a ready worker: liveness, readiness, memory and file descriptors. */
import { messageOf } from '#shared/errors.ts';
import type { Livez } from '#shared/worker-protocol.ts';
import { Pause } from '../jobs/pause.ts';
import { type ProbeTarget, probeLiveness, probeReadiness } from './probes.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** Why a running worker must end. */
export type WatchVerdict = 'liveness' | 'recycle';

/** Callbacks while the watch runs. */
export interface WatchHandlers {
  onAlive(livez: Livez): void;
  onReadiness(isReady: boolean): void;
  onFailedProbe(failures: number, reason: string): void;
  /** Whether a graceful replacement is allowed now. */
  mayRecycle(): boolean;
}

/** Share of the descriptor limit above which a worker is replaced. */
const FD_SHARE = 0.8;
/** Consecutive probes over a limit; a single one may be a burst of work. */
const LEAK_PROBES = 3;

/** Runs from ready to a verdict or abort. */
export class LivenessWatch {
  readonly #target: ProbeTarget;
  readonly #spec: Pick<WorkerSpec, 'timings' | 'maxRssBytes'>;
  readonly #handlers: WatchHandlers;
  readonly #pause = new Pause();
  #failures = 0;
  #leaks = 0;
  #isReady = true;

  constructor(
    target: ProbeTarget,
    spec: Pick<WorkerSpec, 'timings' | 'maxRssBytes'>,
    handlers: WatchHandlers,
  ) {
    this.#target = target;
    this.#spec = spec;
    this.#handlers = handlers;
  }

  /** Probes immediately instead of at the next interval. */
  probeNow(): void {
    this.#pause.end();
  }

  /** Probes until something is wrong. Returns undefined when `signal` aborts first. */
  async run(signal: AbortSignal): Promise<WatchVerdict | undefined> {
    while (!signal.aborted) {
      const startedAt = performance.now();
      await this.#pause.wait(this.#waitMs(), signal);
      if (signal.aborted) return undefined;
      const verdict = await this.#probe(startedAt + this.#waitMs(), signal);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  #waitMs(): number {
    const { livenessMs, livenessRetryMs } = this.#spec.timings;
    const isSuspect = this.#failures > 0 || this.#leaks > 0 || !this.#isReady;
    return isSuspect ? livenessRetryMs : livenessMs;
  }

  /** @param dueAt when this probe was due, `performance.now()` */
  async #probe(dueAt: number, signal: AbortSignal): Promise<WatchVerdict | undefined> {
    const { livenessTimeoutMs, lateMs } = this.#spec.timings;
    try {
      const livez = await probeLiveness(this.#target, livenessTimeoutMs, signal);
      this.#failures = 0;
      this.#handlers.onAlive(livez);
      await this.#askReadiness(signal);
      return this.#checkLeaks(livez);
    } catch (error) {
      // The gateway's own loop was late (frozen container): the worker may have answered in time.
      const isLate = performance.now() - dueAt > livenessTimeoutMs + lateMs;
      if (signal.aborted || isLate) return undefined;
      this.#failures += 1;
      this.#handlers.onFailedProbe(this.#failures, messageOf(error));
      return this.#failures >= this.#spec.timings.livenessFailures ? 'liveness' : undefined;
    }
  }

  async #askReadiness(signal: AbortSignal): Promise<void> {
    const answer = probeReadiness(this.#target, this.#spec.timings.readyTimeoutMs, signal);
    const isReady = await answer.then(
      () => true,
      () => false,
    );
    if (signal.aborted || isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#handlers.onReadiness(isReady);
  }

  #checkLeaks({ rss, fds, fdLimit }: Livez): WatchVerdict | undefined {
    const holdsTooMuch = rss > this.#spec.maxRssBytes;
    const isShortOfFds = fds !== undefined && fdLimit !== undefined && fds > fdLimit * FD_SHARE;
    this.#leaks = holdsTooMuch || isShortOfFds ? this.#leaks + 1 : 0;
    return this.#leaks >= LEAK_PROBES && this.#handlers.mayRecycle() ? 'recycle' : undefined;
  }
}
