/** Which workers keep recordings on a disk of their own: agents, workers of a platform, and children where there are others. */
import { ARCHIVE_PATH, archiveSummarySchema } from '#shared/archive-link.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import { call } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

export interface OwnDisksOptions {
  pool: {
    address(name: string): WorkerAddress | undefined;
    onReady(listener: (address: WorkerAddress) => void): () => void;
    onDown(listener: (name: string) => void): () => void;
  };
  /** Whether workers of this machine write to the folder of this gateway. */
  isHere: boolean;
  /** Whether a worker runs cameras. */
  runsCameras: (worker: string) => boolean;
  /** A worker turned out to have a disk of its own. */
  onFound: (worker: string) => void;
  log: Logger;
}

const RETRY_MS = 2000;

/** Asks each worker once, when it becomes ready. From start to close. */
export class OwnDisks {
  readonly #options: OwnDisksOptions;
  readonly #found = new Set<string>();
  readonly #closing = new AbortController();
  readonly #ends: (() => void)[] = [];

  constructor(options: OwnDisksOptions) {
    this.#options = options;
  }

  start(): void {
    const { pool } = this.#options;
    this.#ends.push(
      pool.onReady((address) => {
        this.#found.delete(address.name);
        if (this.#mayHave(address)) void this.#look(address);
      }),
      pool.onDown((name) => void this.#found.delete(name)),
    );
  }

  /** Whether a worker that is ready has one. */
  has(worker: string): boolean {
    return this.#found.has(worker);
  }

  close(): void {
    this.#closing.abort();
    for (const end of this.#ends.splice(0)) end();
  }

  #mayHave({ name, isRemote }: WorkerAddress): boolean {
    const { isHere, runsCameras } = this.#options;
    return isAgentWorker(name) || (runsCameras(name) && (!isHere || isRemote === true));
  }

  async #look(worker: WorkerAddress): Promise<void> {
    const { pool, onFound, log } = this.#options;
    const { signal } = this.#closing;
    try {
      await call(worker, { method: 'GET', path: ARCHIVE_PATH, schema: archiveSummarySchema, signal });
    } catch (error) {
      if (signal.aborted || isAbsent(error) || pool.address(worker.name)?.epoch !== worker.epoch) return;
      log.debug({ worker: worker.name, reason: messageOf(error) }, 'could not ask for the disk of a worker');
      setTimeout(() => void this.#look(worker), RETRY_MS).unref();
      return;
    }
    if (signal.aborted || pool.address(worker.name)?.epoch !== worker.epoch) return;
    this.#found.add(worker.name);
    onFound(worker.name);
  }
}

/** Older workers, and those that write to a shared folder, have no such route. */
function isAbsent(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not-found';
}
