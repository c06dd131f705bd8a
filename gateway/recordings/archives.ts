/** Everywhere that a camera was recorded: parts of its time may be at several workers. */
import type { Request, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import { noSuchFile } from '#shared/http/send-segment.ts';
import type { Segment } from '#shared/recording-link.ts';
import type { CameraRange } from '#shared/recordings/remove-range.ts';
import type { SegmentSpan, SegmentTotals } from '#shared/recordings/segment-store.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { Archive, SegmentName } from './archive.ts';
import type { PlaceRepository } from './place-repository.ts';
import { WorkerArchive } from './worker-archive.ts';

export interface ArchivesOptions {
  /** The folder of this gateway. */
  local: Archive;
  places: Pick<PlaceRepository, 'workersOf' | 'all' | 'remove'>;
  routing: Pick<CameraRouting, 'workerNamed' | 'workers' | 'nameOf'>;
}

/** A segment, and where it is. */
export interface FoundSegment {
  segment: Segment;
  archive: Archive;
}

/** What places answered, and why others did not. */
interface Answers<T> {
  answers: T[];
  failures: AppError[];
}

/** Asks only workers that were told to record the camera: no other learns of it, or can invent a recording. */
export class Archives {
  readonly #options: ArchivesOptions;

  constructor(options: ArchivesOptions) {
    this.#options = options;
  }

  /** When a camera was recorded, in order of time. @returns failures of places that could not be asked, too */
  async spans(range: CameraRange): Promise<{ spans: SegmentSpan[]; failures: AppError[] }> {
    const { answers, failures } = await this.#ask(range.cameraId, (archive) => archive.spans(range));
    return { spans: inOrder(answers.flat()), failures };
  }

  /**
   * Segments that overlap a time, in order.
   * @throws AppError of a place that could not be asked where the others have nothing
   */
  async list(range: CameraRange, limit: number): Promise<FoundSegment[]> {
    const { answers, failures } = await this.#ask(range.cameraId, async (archive) =>
      (await archive.list(range, limit)).map((segment) => ({
        segment,
        archive,
        startedAt: segment.startedAt,
      })),
    );
    const found = inOrder(answers.flat());
    if (found.length === 0 && failures[0] !== undefined) throw failures[0];
    return found.map(({ segment, archive }) => ({ segment, archive }));
  }

  /** Answers with a file. @throws AppError `recording-not-found`, `range-not-satisfiable`, those of a worker */
  async send(file: SegmentName, req: Request, res: Response): Promise<void> {
    let failure = noSuchFile();
    for (const archive of await this.#placesOf(file.cameraId)) {
      try {
        await archive.send(file, req, res);
        return;
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'range-not-satisfiable') throw error;
        if (error.code !== 'recording-not-found') failure = error;
      }
    }
    throw failure;
  }

  /**
   * Removes what overlaps a time everywhere; what an agent has that was removed is its owner's.
   * @throws AppError of a place that could not be asked, after the others
   */
  async remove(range: CameraRange): Promise<{ segments: number; bytes: number }> {
    const { places, routing } = this.#options;
    const { cameraId } = range;
    for (const worker of await places.workersOf(cameraId))
      if (isAgentWorker(worker) && !routing.workers.includes(worker)) await places.remove(cameraId, worker);
    const { answers, failures } = await this.#ask(cameraId, (archive) => archive.remove(range));
    if (failures[0] !== undefined) throw failures[0];
    const isAll = range.from <= 0 && range.to >= Date.now();
    for (const worker of isAll ? await places.workersOf(cameraId) : [])
      if (worker !== routing.nameOf(cameraId)) await places.remove(cameraId, worker);
    return {
      segments: answers.reduce((sum, { segments }) => sum + segments, 0),
      bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Whether a worker may have recordings of a camera. */
  async has(cameraId: string): Promise<boolean> {
    return (await this.#options.places.workersOf(cameraId)).length > 0;
  }

  /** What workers keep, each of its own cameras. @returns cameras of workers that are away with the code of the reason, too */
  async totals(): Promise<{ totals: SegmentTotals[]; away: Map<string, string> }> {
    const byWorker = Map.groupBy(await this.#options.places.all(), ({ worker }) => worker);
    const away = new Map<string, string>();
    const all = await Promise.all(
      [...byWorker].map(async ([worker, places]) => {
        const own = new Set(places.map(({ cameraId }) => cameraId));
        try {
          const { cameras } = await this.#at(worker).summary();
          return cameras.filter(({ cameraId }) => own.has(cameraId));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          for (const cameraId of own) away.set(cameraId, error.code);
          return [];
        }
      }),
    );
    return { totals: all.flat(), away };
  }

  /** The folder of this gateway first. */
  async #placesOf(cameraId: string): Promise<Archive[]> {
    const { local, places } = this.#options;
    return [local, ...(await places.workersOf(cameraId)).map((worker) => this.#at(worker))];
  }

  #at(worker: string): WorkerArchive {
    return new WorkerArchive(() => this.#options.routing.workerNamed(worker));
  }

  async #ask<T>(cameraId: string, ask: (archive: Archive) => Promise<T>): Promise<Answers<T>> {
    const settled = await Promise.allSettled((await this.#placesOf(cameraId)).map(ask));
    const failures = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    const unexpected = failures.find((error) => !(error instanceof AppError));
    if (unexpected !== undefined) throw unexpected;
    return {
      answers: settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
      failures,
    };
  }
}

function inOrder<T extends { startedAt: number }>(items: T[]): T[] {
  return items.sort((a, b) => a.startedAt - b.startedAt);
}
