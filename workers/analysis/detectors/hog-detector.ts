/** The detector of persons that needs no model: histograms of oriented gradients, from OpenCV, in a thread of its own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DetectorHealth } from '#shared/detections.ts';
import type { Detector, DetectorKind, Finding, RgbPicture } from './detector.ts';
import { HOG_SIDE, type HogWindow, toPerson } from './hog-windows.ts';
import { suppress } from './suppression.ts';

const MIN_SCORE = 0.5;
const MAX_OVERLAP = 0.45;
/** A look that takes longer will not end. */
const LIMIT_MS = 30_000;
/** The thread takes some 90 MB: it ends when nobody has asked for this long. */
const REST_AFTER_MS = 60_000;

/**
 * The built-in detector, where its package is installed. It runs for the first time when a camera wants it: who wants
 * no persons shall not pay for them in memory.
 * @throws Error with a sentence for the operator
 */
export async function loadHogDetector(kind: DetectorKind): Promise<HogDetector> {
  if (kind !== 'person') throw new Error(`there is no built-in detector of kind ${kind}`);
  try {
    import.meta.resolve('@opencvjs/node');
  } catch {
    throw new Error('@opencvjs/node, which finds persons, is not installed');
  }
  return new HogDetector();
}

/** Finds upright persons; its thread lives while it is asked. */
export class HogDetector implements Detector {
  readonly kind = 'person';
  readonly health: DetectorHealth = { state: 'ready', model: 'OpenCV HOG', hardware: 'cpu' };
  readonly inputSide = HOG_SIDE;
  readonly #entry: URL;
  #worker: Worker | undefined;
  #resting: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param entry of the thread */
  constructor(entry = new URL('./hog-thread.ts', import.meta.url)) {
    this.#entry = entry;
  }

  async detect(picture: RgbPicture, minScore = MIN_SCORE): Promise<Finding[]> {
    const answer = this.#turn.then(() => this.#ask(picture));
    this.#turn = answer.catch(() => {});
    const persons = (await answer).map((window) => toPerson(window, picture));
    return suppress(
      persons.filter(({ score }) => score >= minScore),
      MAX_OVERLAP,
    );
  }

  /** Ends the thread; the next picture starts another one. */
  async rest(): Promise<void> {
    clearTimeout(this.#resting);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #ask(picture: RgbPicture): Promise<HogWindow[]> {
    clearTimeout(this.#resting);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    try {
      worker.postMessage(picture);
      const [windows] = await once(worker, 'message', { signal: AbortSignal.timeout(LIMIT_MS) });
      return windows as HogWindow[];
    } catch (error) {
      await this.rest();
      throw error;
    } finally {
      worker.unref();
      this.#resting = setTimeout(() => void this.rest(), REST_AFTER_MS).unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { name: 'persons' });
    // Whoever waits for an answer hears of it as well; without this it would end the process when nobody does.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
