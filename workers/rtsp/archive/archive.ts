/** Recordings on the disk of this worker: their index and its repair, what is removed, and what the gateway asks for. */
import { mkdirSync } from 'node:fs';
import type { ArchiveSummary } from '#shared/archive-link.ts';
import { noSuchFile } from '#shared/http/send-segment.ts';
import type { Logger } from '#shared/logger.ts';
import {
  DEFAULT_KEEP_MS,
  type DesiredRecording,
  type RecorderMessage,
  type Segment,
} from '#shared/recording-link.ts';
import { joinSpans } from '#shared/recordings/join-spans.ts';
import { RecordingFolder } from '#shared/recordings/recording-folder.ts';
import { RecordingIndex } from '#shared/recordings/recording-index.ts';
import { type CameraRange, removeRange } from '#shared/recordings/remove-range.ts';
import type { SegmentSpan } from '#shared/recordings/segment-store.ts';
import { chooseFragments, readSegment, type StoredFragment } from '#shared/recordings/stored-segment.ts';
import { Upkeep } from '#shared/recordings/upkeep.ts';
import { parseSegmentName } from '#shared/segment-name.ts';
import { type KeptClip, SegmentDatabase } from './segment-database.ts';

export interface ArchiveOptions {
  /** Absolute path. */
  folder: string;
  /** Disk space of all recordings and clips. */
  quotaBytes: number;
  log: Logger;
}

/** Its own messages have one sender. */
const SELF = 'self';

/** From open to close. Needs no gateway: it goes on with what it was told last. */
export class Archive {
  readonly #options: ArchiveOptions;
  readonly #folder: RecordingFolder;
  readonly #database: SegmentDatabase;
  readonly #index: RecordingIndex;
  readonly #upkeep: Upkeep;
  /** How long recordings stay, by camera, milliseconds. */
  #keeps = new Map<string, number>();

  private constructor(options: ArchiveOptions, database: SegmentDatabase) {
    this.#options = options;
    this.#folder = new RecordingFolder(options.folder);
    this.#database = database;
    this.#index = new RecordingIndex({
      repository: database,
      keepMsOf: (id) => this.#keepMsOf(id),
      discard: (segment) => this.#folder.remove(segment),
      log: options.log,
    });
    this.#upkeep = new Upkeep({
      ...{ folder: this.#folder, repository: database, index: this.#index, log: options.log },
      keepMsOf: (id) => this.#keepMsOf(id),
      quotaBytes: options.quotaBytes,
    });
  }

  /** @throws Error of a disk that cannot be written */
  static open(options: ArchiveOptions): Archive {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const archive = new Archive(options, SegmentDatabase.open(options.folder));
    archive.#upkeep.start();
    return archive;
  }

  /** What a recorder of this worker does. */
  take(message: RecorderMessage): void {
    this.#index.take(SELF, message);
  }

  /** What the gateway wants from now on; what is recorded already stays as long. */
  async apply(cameras: readonly DesiredRecording[]): Promise<void> {
    for (const { cameraId, keepMs } of cameras) {
      if (this.#keeps.get(cameraId) === keepMs) continue;
      this.#keeps.set(cameraId, keepMs);
      if (keepMs > 0) await this.#database.keepFor(cameraId, keepMs);
    }
  }

  /** A clip of an event needs a time. */
  keepClip(clip: KeptClip): void {
    this.#database.keepClip(clip);
  }

  async summary(): Promise<ArchiveSummary> {
    const cameras = await this.#database.totals();
    const bytes = cameras.reduce((sum, camera) => sum + camera.bytes, this.#index.openBytes);
    return { bytes, quotaBytes: this.#options.quotaBytes, cameras };
  }

  /** When a camera was recorded. */
  async spans({ cameraId, from, to }: CameraRange): Promise<SegmentSpan[]> {
    return joinSpans(await this.#index.spans(cameraId, from, to));
  }

  async list({ cameraId, from, to }: CameraRange, limit: number): Promise<Segment[]> {
    return this.#index.list(cameraId, from, to, limit);
  }

  /** Path of a file. @throws AppError `recording-not-found` for a name that no segment has */
  pathOf(cameraId: string, file: string): string {
    if (parseSegmentName(file) === undefined) throw noSuchFile();
    return this.#folder.pathOf({ cameraId, file });
  }

  /** Where the samples of a time are in a file. @throws AppError `recording-not-found` */
  async fragments(
    { cameraId, from, to }: CameraRange,
    file: string,
  ): Promise<{ init: string; fragments: StoredFragment[] }> {
    try {
      const { init, fragments } = await readSegment(this.pathOf(cameraId, file));
      return { init: init.toString('base64'), fragments: chooseFragments(fragments, from, to) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw noSuchFile(error);
    }
  }

  /** Removes every file that overlaps a time. */
  remove(range: CameraRange): Promise<{ segments: number; bytes: number }> {
    return removeRange(range, { repository: this.#database, index: this.#index, folder: this.#folder });
  }

  /** Call it when the recorders are closed. */
  async close(): Promise<void> {
    await this.#upkeep.close();
    await this.#index.settled();
    this.#database.close();
  }

  #keepMsOf(cameraId: string): number {
    return this.#keeps.get(cameraId) ?? DEFAULT_KEEP_MS;
  }
}
