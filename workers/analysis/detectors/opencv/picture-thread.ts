/** A worker thread that searches pictures, one after another; it ends when idle. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DetectorKind, RgbPicture } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';

/** Request; the response is a list of windows. */
export interface PictureRequest {
  kind: DetectorKind;
  picture: RgbPicture;
}

/** A search that takes longer will not end. */
const LIMIT_MS = 30_000;
/** The thread takes more than 100 MB: it ends after this idle time. */
const IDLE_MS = 60_000;

/** Started on first use, so that it costs no memory while no detector is on. */
export class PictureThread {
  readonly #entry: URL;
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param entry file of the thread */
  constructor(entry = new URL('./opencv-thread.ts', import.meta.url)) {
    this.#entry = entry;
  }

  /** Windows in pixels of the picture. @throws the error that ended the thread, or a timeout */
  ask(request: PictureRequest): Promise<FoundWindow[]> {
    const answer = this.#turn.then(() => this.#ask(request));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** Stops the thread; the next picture starts another one. */
  async stop(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #ask(request: PictureRequest): Promise<FoundWindow[]> {
    clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    try {
      worker.postMessage(request);
      const [windows] = await once(worker, 'message', { signal: AbortSignal.timeout(LIMIT_MS) });
      return windows as FoundWindow[];
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      worker.unref();
      this.#idleTimer = setTimeout(() => void this.stop(), IDLE_MS).unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { name: 'pictures' });
    // A pending search reports the error too; without a listener it would end the process.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
