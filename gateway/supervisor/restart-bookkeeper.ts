/** Decides what follows a process exit: restart immediately, after a backoff, or after a long pause. */
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { EXIT_PORT_TAKEN } from '#shared/worker-protocol.ts';
import { type RestartDecision, RestartPolicy } from './restart-policy.ts';
import type { LifeResult } from './worker-life.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** Ports tried without delay when all are taken. */
const MAX_QUICK_MOVES = 3;

/** Records how the processes of one slot ended. */
export class RestartBookkeeper {
  readonly #policy: RestartPolicy;
  readonly #recycleEveryMs: number;
  readonly #movePort: () => void;
  #recycles = 0;
  #lastRecycleAt = Number.NEGATIVE_INFINITY;
  #movesInARow = 0;
  #quickMoves = 0;

  /** @param movePort assigns the next port to the slot */
  constructor({ restart, timings }: Pick<WorkerSpec, 'restart' | 'timings'>, movePort: () => void) {
    this.#policy = new RestartPolicy(restart);
    this.#recycleEveryMs = timings.recycleEveryMs;
    this.#movePort = movePort;
  }

  /** Processes replaced because of a leak. */
  get recycles(): number {
    return this.#recycles;
  }

  /** Processes that exited only to try another port. */
  get quickMoves(): number {
    return this.#quickMoves;
  }

  /** Whether the slot fails repeatedly, though it recovers each time. */
  get isFlapping(): boolean {
    return this.#policy.isFlapping(performance.now());
  }

  /** Whether another graceful replacement is allowed now. */
  mayRecycle(): boolean {
    return performance.now() - this.#lastRecycleAt > this.#recycleEveryMs;
  }

  /** Decides when to restart after an exit. Returns undefined to restart immediately. */
  after({ exit, reason, readyMs }: LifeResult): RestartDecision | undefined {
    if (exit.code === EXIT_PORT_TAKEN && this.#tryAnotherPort()) return undefined;
    if (reason === 'restart') return undefined;
    if (reason === 'recycle') {
      this.#recycles += 1;
      this.#lastRecycleAt = performance.now();
      return undefined;
    }
    return this.#policy.fail(performance.now(), { readyMs, isFinal: exit.code === EXIT_BAD_SETTINGS });
  }

  /** Resets the port-conflict counter. */
  onReady(): void {
    this.#movesInARow = 0;
  }

  /** Forgets failures: an operator asked for a restart. */
  reset(): void {
    this.#policy.reset();
  }

  /** Returns true to restart without delay. */
  #tryAnotherPort(): boolean {
    this.#movePort();
    this.#movesInARow += 1;
    if (this.#movesInARow > MAX_QUICK_MOVES) return false;
    this.#quickMoves += 1;
    return true;
  }
}
