/** What follows the end of a slot's process: the next one at once, after a wait, or after a long one. */
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { EXIT_PORT_TAKEN } from '#shared/worker-protocol.ts';
import { type RestartDecision, RestartPolicy } from './restart-policy.ts';
import type { LifeResult } from './worker-life.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** Ports tried without a pause when all are taken. */
const MAX_QUICK_MOVES = 3;

/** Remembers how the processes of one slot ended. */
export class Succession {
  readonly #policy: RestartPolicy;
  readonly #recycleEveryMs: number;
  readonly #movePort: () => void;
  #recycles = 0;
  #lastRecycleAt = Number.NEGATIVE_INFINITY;
  #movesInARow = 0;
  #quickMoves = 0;

  /** @param movePort gives the slot another port to try */
  constructor({ restart, timings }: Pick<WorkerSpec, 'restart' | 'timings'>, movePort: () => void) {
    this.#policy = new RestartPolicy(restart);
    this.#recycleEveryMs = timings.recycleEveryMs;
    this.#movePort = movePort;
  }

  /** Processes replaced because they leaked. */
  get recycles(): number {
    return this.#recycles;
  }

  /** Processes that ended only to try another port. */
  get quickMoves(): number {
    return this.#quickMoves;
  }

  /** Whether the slot dies again and again, though it comes back. */
  get isFlapping(): boolean {
    return this.#policy.isFlapping(performance.now());
  }

  /** Whether another orderly replacement is allowed by now. */
  mayRecycle(): boolean {
    return performance.now() - this.#lastRecycleAt > this.#recycleEveryMs;
  }

  /** Decides what follows an end that was not ordered for good. @returns undefined for the next process at once */
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

  /** Its port is its own now. */
  onReady(): void {
    this.#movesInARow = 0;
  }

  /** Forgets failures: a person asked for a new start. */
  reset(): void {
    this.#policy.reset();
  }

  /** @returns whether at once */
  #tryAnotherPort(): boolean {
    this.#movePort();
    this.#movesInARow += 1;
    if (this.#movesInARow > MAX_QUICK_MOVES) return false;
    this.#quickMoves += 1;
    return true;
  }
}
