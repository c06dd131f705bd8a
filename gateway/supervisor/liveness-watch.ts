/** Watches a worker that is ready: does it answer, is it ready still, does it hold too much? */
import { setTimeout as delay } from 'node:timers/promises';
import type { Livez } from '#shared/worker-protocol.ts';
import { type ProbeTarget, probeLiveness, probeReadiness } from './probes.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** Why a worker that runs must go. */
export type WatchVerdict = 'liveness' | 'recycle';

/** What the watch reports meanwhile. */
export interface WatchHandlers {
  onAlive(livez: Livez): void;
  onReadiness(isReady: boolean): void;
  onFailedProbe(failures: number, error: unknown): void;
  /** Whether an orderly replacement is allowed now. */
  mayRecycle(): boolean;
}

const FD_SHARE = 0.8;
const LEAK_PROBES = 3;

/** One watch, from ready to verdict or abort. */
export class LivenessWatch {
  readonly #target: ProbeTarget;
  readonly #spec: WorkerSpec;
  readonly #handlers: WatchHandlers;
  #failures = 0;
  #leaks = 0;
  #kick = Promise.withResolvers<void>();

  constructor(target: ProbeTarget, spec: WorkerSpec, handlers: WatchHandlers) {
    this.#target = target;
    this.#spec = spec;
    this.#handlers = handlers;
  }

  /** Probes now instead of at the next turn. */
  kick(): void {
    this.#kick.resolve();
  }

  /** Watches until something is wrong. @returns undefined when `signal` aborts first */
  async run(signal: AbortSignal): Promise<WatchVerdict | undefined> {
    const { timings } = this.#spec;
    while (!signal.aborted) {
      const wait = this.#failures > 0 ? timings.livenessRetryMs : timings.livenessMs;
      const lateness = await this.#pause(wait, signal);
      if (signal.aborted) return undefined;
      // We slept ourselves (frozen container): the worker may have slept with us, so this round says nothing.
      if (lateness > timings.lateMs) continue;
      const verdict = await this.#probe();
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<number> {
    this.#kick = Promise.withResolvers<void>();
    const due = performance.now() + ms;
    const timer = new AbortController();
    const ended = AbortSignal.any([signal, timer.signal]);
    await Promise.race([delay(ms, undefined, { signal: ended }).catch(() => {}), this.#kick.promise]);
    timer.abort();
    return performance.now() - due;
  }

  async #probe(): Promise<WatchVerdict | undefined> {
    const { timings } = this.#spec;
    const startedAt = performance.now();
    try {
      const livez = await probeLiveness(this.#target, timings.livenessTimeoutMs);
      this.#failures = 0;
      this.#handlers.onAlive(livez);
      this.#handlers.onReadiness(await probeReadiness(this.#target, timings.livenessTimeoutMs));
      return this.#checkLeaks(livez);
    } catch (error) {
      if (performance.now() - startedAt > timings.livenessTimeoutMs + timings.lateMs) return undefined;
      this.#failures += 1;
      this.#handlers.onFailedProbe(this.#failures, error);
      return this.#failures >= timings.livenessFailures ? 'liveness' : undefined;
    }
  }

  #checkLeaks({ rss, fds, fdLimit }: Livez): WatchVerdict | undefined {
    const holdsTooMuch = rss > this.#spec.maxRssBytes;
    const isShortOfFds = fds !== undefined && fdLimit !== undefined && fds > fdLimit * FD_SHARE;
    this.#leaks = holdsTooMuch || isShortOfFds ? this.#leaks + 1 : 0;
    return this.#leaks >= LEAK_PROBES && this.#handlers.mayRecycle() ? 'recycle' : undefined;
  }
}
