/** The folder that this gateway looks after. */
import { open } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { noSuchFile, sendSegment } from '#shared/http/send-segment.ts';
import type { Segment } from '#shared/recording-link.ts';
import type { RecordingFolder } from '#shared/recordings/recording-folder.ts';
import type { RecordingIndex } from '#shared/recordings/recording-index.ts';
import { type CameraRange, removeRange } from '#shared/recordings/remove-range.ts';
import type { SegmentSpan } from '#shared/recordings/segment-store.ts';
import { chooseFragments, readSegment } from '#shared/recordings/stored-segment.ts';
import { parseSegmentName } from '#shared/segment-name.ts';
import type { Archive, FoundFragments, SegmentName } from './archive.ts';
import type { SegmentRepository } from './segment-repository.ts';

export interface LocalArchiveOptions {
  repository: SegmentRepository;
  index: RecordingIndex;
  folder: RecordingFolder;
}

/** Read in one go. */
const BLOCK_BYTES = 512 * 1024;

/** Segments that workers of this machine write, or those that share the folder. */
export class LocalArchive implements Archive {
  readonly #options: LocalArchiveOptions;

  constructor(options: LocalArchiveOptions) {
    this.#options = options;
  }

  spans({ cameraId, from, to }: CameraRange): Promise<SegmentSpan[]> {
    return this.#options.index.spans(cameraId, from, to);
  }

  list({ cameraId, from, to }: CameraRange, limit: number): Promise<Segment[]> {
    return this.#options.index.list(cameraId, from, to, limit);
  }

  async fragments(file: SegmentName, { from, to }: CameraRange): Promise<FoundFragments | undefined> {
    try {
      const { init, fragments } = await readSegment(this.#options.folder.pathOf(file));
      return { init, fragments: chooseFragments(fragments, from, to) };
    } catch (error) {
      // It was removed a moment ago.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async *read(file: SegmentName, start: number, end: number): AsyncGenerator<Buffer> {
    const handle = await open(this.#options.folder.pathOf(file), 'r');
    try {
      for (let at = start; at < end; ) {
        const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, end - at));
        const { bytesRead } = await handle.read(block, 0, block.length, at);
        if (bytesRead === 0) throw new Error('a segment is shorter than it was');
        at += bytesRead;
        yield block.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async send(file: SegmentName, _req: Request, res: Response): Promise<void> {
    if (parseSegmentName(file.file) === undefined) throw noSuchFile();
    await sendSegment(this.#options.folder.pathOf(file), res);
  }

  remove(range: CameraRange): Promise<{ segments: number; bytes: number }> {
    return removeRange(range, this.#options);
  }
}
