/** Bounds how many requests are under way at one worker. */
import type { ServerResponse } from 'node:http';
import { AppError } from '#shared/errors.ts';

/** Between two looks at what clients read, milliseconds. */
const CHECK_MS = 2000;
/** Looks without any progress after which a client does not read. */
const STALLED_CHECKS = 5;
/** Looks after which it makes room when the worker is full. */
const STALLED_CHECKS_WHEN_FULL = 1;

interface Response {
  response: ServerResponse;
  /** Bytes that have left and that wait, at the last look. */
  progress: string;
  stalledChecks: number;
}

/** Counts by worker. Clients that do not read what is sent to them are cut off, and first where others wait. */
export class InFlight {
  readonly #limit: number;
  readonly #checkMs: number;
  readonly #responses = new Map<string, Set<Response>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: number, checkMs = CHECK_MS) {
    this.#limit = limit;
    this.#checkMs = checkMs;
  }

  /** Counts a request until its response has ended, in whichever way. @throws AppError `worker-busy` */
  enter(worker: string, response: ServerResponse): void {
    const responses = this.#responses.get(worker) ?? new Set<Response>();
    this.#responses.set(worker, responses);
    if (responses.size >= this.#limit) cutStalled(responses, STALLED_CHECKS_WHEN_FULL);
    if (responses.size >= this.#limit) {
      throw new AppError('worker-busy', `Worker ${worker} has ${responses.size} requests under way`, {
        retryAfter: 1,
      });
    }
    const entry = { response, progress: '', stalledChecks: 0 };
    responses.add(entry);
    this.#timer ??= setInterval(() => this.#check(), this.#checkMs).unref();
    response.once('close', () => this.#leave(responses, entry));
  }

  #leave(responses: Set<Response>, entry: Response): void {
    responses.delete(entry);
    if ([...this.#responses.values()].some(({ size }) => size > 0)) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    for (const responses of this.#responses.values()) {
      for (const entry of responses) look(entry);
      cutStalled(responses, STALLED_CHECKS);
    }
  }
}

function look(entry: Response): void {
  const { socket, writableLength } = entry.response;
  const waiting = writableLength + (socket?.writableLength ?? 0);
  const progress = `${socket?.bytesWritten} ${waiting}`;
  entry.stalledChecks = waiting > 0 && progress === entry.progress ? entry.stalledChecks + 1 : 0;
  entry.progress = progress;
}

function cutStalled(responses: Set<Response>, checks: number): void {
  for (const entry of responses) {
    if (entry.stalledChecks < checks) continue;
    responses.delete(entry);
    entry.response.destroy();
  }
}
