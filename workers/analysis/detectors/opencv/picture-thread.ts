/** A thread that looks at pictures, one after the other; it lives while it is asked. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DetectorKind, RgbPicture } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';

/** What the thread is asked; it answers with windows. */
export interface PictureRequest {
  kind: DetectorKind;
  picture: RgbPicture;
}

/** A look that takes longer will not end. */
const LIMIT_MS = 30_000;
/** The thread takes more than 100 MB: it ends when nobody has asked for this long. */
const IDLE_MS = 60_000;

/** Starts when it is first asked: who wants nothing looked for shall not pay for it in memory. */
export class PictureThread {
  readonly #entry: URL;
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param entry of the thread */
  constructor(entry = new URL('./opencv-thread.ts', import.meta.url)) {
    this.#entry = entry;
  }

  /** Windows in pixels of the picture. @throws what the thread died of, or that it took too long */
  ask(request: PictureRequest): Promise<FoundWindow[]> {
    const answer = this.#turn.then(() => this.#ask(request));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** Ends the thread; the next picture starts another one. */
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
    // Whoever waits for an answer hears of it as well; without this it would end the process when nobody does.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
