/** The folder of recordings: a folder for each camera, in it one for each day. */
import { readdir, rm, rmdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { cameraIdSchema } from '../camera.ts';
import type { Segment } from '../recording-link.ts';
import { dayFolder, parseSegmentName, segmentPath } from '../segment-name.ts';
import { partsOf, readSegment } from './stored-segment.ts';

/** All access to files of recordings but for players. */
export class RecordingFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Absolute path of a segment. */
  pathOf({ cameraId, file }: Pick<Segment, 'cameraId' | 'file'>): string {
    return segmentPath(this.#folder, cameraId, file);
  }

  /** Cameras that have files. */
  async cameraIds(): Promise<string[]> {
    return (await listed(this.#folder)).filter((name) => cameraIdSchema.safeParse(name).success);
  }

  /** Names of all segments of a camera. */
  async names(cameraId: string): Promise<string[]> {
    const days = await listed(join(this.#folder, cameraId));
    const names = await Promise.all(days.map((day) => listed(join(this.#folder, cameraId, day))));
    return names.flat().filter((name) => parseSegmentName(name) !== undefined);
  }

  /** When a file was written last, Unix milliseconds; undefined where there is none. */
  async writtenAt(segment: Pick<Segment, 'cameraId' | 'file'>): Promise<number | undefined> {
    return stat(this.pathOf(segment)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
  }

  /**
   * Reads what a file holds, and cuts off a rest that is not whole.
   * @returns undefined where it holds nothing that plays; such a file is removed
   */
  async recover({ cameraId, file }: Pick<Segment, 'cameraId' | 'file'>): Promise<Segment | undefined> {
    const path = this.pathOf({ cameraId, file });
    const stored = await readSegment(path).catch((error: unknown) => {
      if (error instanceof RangeError) return undefined;
      throw error;
    });
    const [first, last] = [stored?.fragments[0], stored?.fragments.at(-1)];
    if (stored === undefined || first === undefined || last === undefined) {
      await this.remove({ cameraId, file });
      return undefined;
    }
    if (stored.wholeBytes < stored.fileBytes) await truncate(path, stored.wholeBytes);
    return {
      ...{ cameraId, file, begins: parseSegmentName(file)?.begins ?? 'restarted', codecs: '' },
      startedAt: first.startedAt,
      endedAt: Math.round(last.startedAt + last.durationMs),
      bytes: stored.wholeBytes,
      parts: partsOf(stored.fragments),
    };
  }

  /** Removes a file, and its folders when they are empty; one that is gone is fine. */
  async remove({ cameraId, file }: Pick<Segment, 'cameraId' | 'file'>): Promise<void> {
    await rm(this.pathOf({ cameraId, file }), { force: true });
    // Only an empty folder can be removed so.
    await rmdir(dayFolder(this.#folder, cameraId, file)).then(
      () => rmdir(join(this.#folder, cameraId)).catch(() => {}),
      () => {},
    );
  }
}

async function listed(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
