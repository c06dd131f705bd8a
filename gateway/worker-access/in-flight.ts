/** Bounds how many requests are under way at one worker. */
import type { ServerResponse } from 'node:http';
import { AppError } from '#shared/errors.ts';

/** Counts by worker; whoever finds it full is told to come back. */
export class InFlight {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request until its response has ended, however. @throws AppError `worker-busy` */
  enter(worker: string, response: ServerResponse): void {
    const count = this.#counts.get(worker) ?? 0;
    if (count >= this.#limit) {
      throw new AppError('worker-busy', `Worker ${worker} has ${count} requests under way`, {
        retryAfter: 1,
      });
    }
    this.#counts.set(worker, count + 1);
    response.once('close', () => this.#counts.set(worker, (this.#counts.get(worker) ?? 1) - 1));
  }
}
