/** Brings uploaded videos to the workers on other machines that are to play them, beside all other orders. */
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '#shared/backoff.ts';
import type { CameraStatus } from '#shared/contract/status.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { holdsVideo, sendVideo } from '../worker-access/send-video.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { absentStatus } from './absent-status.ts';

/** What a worker is to play. */
export interface CarriedVideo {
  cameraId: string;
  /** Absolute path here. */
  file: string;
  /** The worker now; undefined once it is away. */
  worker: () => WorkerAddress | undefined;
  /** Whether that worker is still to play it. */
  isWanted: () => boolean;
  /** The worker has it. */
  onThere: () => void;
}

interface Errand {
  worker: string;
  file: string;
  stop: AbortController;
  isWanted: () => boolean;
  /** Why the last try failed. */
  error: AppError | undefined;
}

const PAUSES = { firstMs: 1000, maxMs: 30_000, jitter: 0.1 };

/** One transfer to each worker at a time; those that fail are tried again while they are wanted. */
export class VideoCarrier {
  readonly #log: Logger;
  readonly #firstMs: number;
  /** By camera id. */
  readonly #errands = new Map<string, Errand>();
  readonly #runs = new Set<Promise<void>>();
  /** The last transfer to each worker. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** @param firstMs pause after the first failure, milliseconds */
  constructor(log: Logger, firstMs = PAUSES.firstMs) {
    this.#log = log;
    this.#firstMs = firstMs;
  }

  /**
   * Whether the worker has the video. If not, it is brought there, and `onThere` called.
   * @throws AppError `worker-*` where that cannot be asked
   */
  async isThere(video: CarriedVideo, signal: AbortSignal): Promise<boolean> {
    const { cameraId, file } = video;
    const worker = video.worker();
    if (worker === undefined) return false;
    const errand = this.#errands.get(cameraId);
    if (errand?.worker === worker.name && errand.file === file) return false;
    errand?.stop.abort();
    if (await holdsVideo(worker, basename(file), { signal }).catch(takesNone)) return true;
    const { isWanted } = video;
    const next = { worker: worker.name, file, stop: new AbortController(), isWanted, error: undefined };
    this.#errands.set(cameraId, next);
    const run = this.#run(video, next).finally(() => this.#runs.delete(run));
    this.#runs.add(run);
    return false;
  }

  /** How the cameras are whose videos could not be brought yet. */
  states(): [string, CameraStatus][] {
    return [...this.#errands].flatMap(([cameraId, { isWanted, error }]): [string, CameraStatus][] =>
      error === undefined || !isWanted() ? [] : [[cameraId, absentStatus(cameraId, error)]],
    );
  }

  /** Ends all transfers. */
  async close(): Promise<void> {
    for (const { stop } of this.#errands.values()) stop.abort();
    await Promise.all(this.#runs);
  }

  async #run(video: CarriedVideo, errand: Errand): Promise<void> {
    const isThere = await this.#bring(video, errand);
    if (this.#errands.get(video.cameraId) === errand) this.#errands.delete(video.cameraId);
    if (isThere) video.onThere();
  }

  /** @returns false where it is not wanted any more */
  async #bring(video: CarriedVideo, errand: Errand): Promise<boolean> {
    const { signal } = errand.stop;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        return await this.#inTurn(errand.worker, () => sendIfWanted(video, signal));
      } catch (error) {
        if (signal.aborted) break;
        this.#note(video, errand, error);
      }
      const pauseMs = backoffMs(failures, { ...PAUSES, firstMs: this.#firstMs });
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
    return false;
  }

  #inTurn<T>(worker: string, run: () => Promise<T>): Promise<T> {
    const result = (this.#turns.get(worker) ?? Promise.resolve()).then(run);
    const turn = result
      .catch(() => {})
      .finally(() => {
        if (this.#turns.get(worker) === turn) this.#turns.delete(worker);
      });
    this.#turns.set(worker, turn);
    return result;
  }

  /** Tells a reason once. */
  #note({ cameraId, file }: CarriedVideo, errand: Errand, error: unknown): void {
    const reason = messageOf(error);
    if (errand.error?.message !== reason)
      this.#log.warn(
        { worker: errand.worker, cameraId, file: basename(file), reason },
        'could not bring a video to the worker that is to play it',
      );
    errand.error =
      error instanceof AppError ? error : new AppError('camera-video-unreadable', reason, { cause: error });
  }
}

/** A worker of an earlier version is asked again at longer and longer intervals, as for every transfer that fails. */
function takesNone(error: unknown): false {
  if (error instanceof AppError && error.code === 'camera-video-unreadable') return false;
  throw error;
}

async function sendIfWanted(video: CarriedVideo, signal: AbortSignal): Promise<boolean> {
  const worker = video.worker();
  // A worker that comes back is told everything anew.
  if (worker === undefined || signal.aborted || !video.isWanted()) return false;
  await sendVideo(worker, { file: video.file, name: basename(video.file) }, signal);
  return true;
}
