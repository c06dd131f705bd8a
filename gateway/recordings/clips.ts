/** Sees to it that what belongs to an event goes to disk, from before it until after it. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { type DesiredRecording, RECORDING_PATH, type StoreOrder } from '#shared/recording-link.ts';
import type { EventState } from '../events/event.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import type { SegmentRepository } from './segment-repository.ts';

export interface ClipsOptions {
  routing: Pick<CameraRouting, 'findOwner'>;
  repository: Pick<SegmentRepository, 'saveClip'>;
  /** What is kept of a camera; undefined where nothing is. */
  planOf: (cameraId: string) => DesiredRecording | undefined;
  /** Whether the worker of a camera looks after its recordings by itself. */
  hasOwnDisk: (cameraId: string) => boolean;
  /** Whether all of an event is to be recorded, however long it is. */
  isWhole: (event: EventState) => boolean;
  clip: { beforeMs: number; afterMs: number; keepMs: number };
  log: Logger;
}

/** A clip of an event that does not end, milliseconds from its start. */
const MAX_CLIP_MS = 120_000;
/** Events of which more may come. */
const MAX_KNOWN = 1000;
/** Events whose clip waits for a worker to come back; what is in its memory is lost after a while. */
const MAX_WAITING = 200;

/** Takes events as they are stored. */
export class Clips {
  readonly #options: ClipsOptions;
  /** How far the clip and the recording of each event were asked for. */
  readonly #known = new Map<string, { clipTo: number; until: number }>();
  /** As they were last. */
  readonly #waiting = new Map<string, EventState>();
  #work: Promise<void> = Promise.resolve();

  constructor(options: ClipsOptions) {
    this.#options = options;
  }

  /** An event began, goes on or ended; it is stored already. */
  take(event: EventState): void {
    this.#waiting.delete(event.id);
    this.#work = this.#work
      .then(() => this.#keep(event))
      .catch((error: unknown) => {
        const facts = { event: event.id, cameraId: event.cameraId, reason: messageOf(error) };
        this.#options.log.warn(facts, 'could not keep the clip of an event yet');
        if (this.#waiting.size < MAX_WAITING) this.#waiting.set(event.id, event);
      });
  }

  /** A worker came back: what could not be kept before is tried again. */
  retry(): void {
    for (const event of [...this.#waiting.values()]) this.take(event);
  }

  /** Resolves when all that was taken is done. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async #keep(event: EventState): Promise<void> {
    const { planOf, isWhole, hasOwnDisk, repository, clip } = this.#options;
    const plan = planOf(event.cameraId);
    if (plan === undefined) return;
    const from = event.startedAt - clip.beforeMs;
    const end = (event.endedAt ?? event.updatedAt) + clip.afterMs;
    const clipTo = Math.min(end, Math.max(event.startedAt + MAX_CLIP_MS, event.startedAt + clip.afterMs));
    const until = isWhole(event) ? end : clipTo;
    const known = this.#known.get(event.id);
    const isOwn = hasOwnDisk(event.cameraId);
    const own = isOwn
      ? { clip: { id: event.id, from, to: clipTo, keepUntil: event.startedAt + clip.keepMs } }
      : {};
    if ((isOwn || !plan.isContinuous) && until > (known?.until ?? 0))
      await this.#order(event.cameraId, { from, until, ...own });
    if (clipTo > (known?.clipTo ?? 0)) await repository.saveClip(event.id, { from, to: clipTo });
    this.#known.delete(event.id);
    if (event.endedAt !== null) return;
    this.#known.set(event.id, { clipTo, until });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  async #order(cameraId: string, order: StoreOrder): Promise<void> {
    const worker = this.#options.routing.findOwner(cameraId);
    if (worker === undefined) throw new Error('the worker of the camera is not ready');
    const path = `${RECORDING_PATH}/${encodeURIComponent(cameraId)}/store`;
    await call(worker, { method: 'POST', path, json: order });
  }
}
