/** Writes the chunks of one segment, one after another, and tells how far it is. */
import type { Begins } from '#shared/contract/recording.ts';
import { AppError } from '#shared/errors.ts';
import { buildFragment, type Sample } from '#shared/media/mp4/fragment.ts';
import { TIMESCALE } from '#shared/media/mp4/init-segment.ts';
import type { Segment } from '#shared/recording-link.ts';
import type { Chunk } from './chunk.ts';
import { SegmentFile, type SegmentFolder } from './segment-file.ts';

export interface SegmentWriterOptions {
  folder: SegmentFolder;
  cameraId: string;
  begins: Begins;
  /** A group of pictures more is on disk, or the segment is closed. */
  onProgress: (segment: Segment, isOpen: boolean) => void;
  /** It could not be written further; what is whole is kept. Called once. */
  onFailure: (error: unknown) => void;
}

/** A disk that is this far behind loses the rest of the segment. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** From the first chunk, which is independent, to its close. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #first: Chunk;
  readonly #parts: [number, number][] = [];
  #file: SegmentFile | undefined;
  #fragments = 0;
  #waitingBytes = 0;
  #durationMs = 0;
  #bytes = 0;
  #endedAt: number;
  #hasFailed = false;
  #work: Promise<void>;

  constructor(first: Chunk, options: SegmentWriterOptions) {
    this.#first = first;
    this.#options = options;
    this.#endedAt = first.startedAt;
    this.#work = this.#attempt(async () => {
      this.#file = await SegmentFile.create(options.folder, options.cameraId, {
        startedAt: first.startedAt,
        begins: options.begins,
      });
      await this.#file.append(first.head.init);
    });
    this.append(first);
  }

  /** Length of what was appended. */
  get durationMs(): number {
    return this.#durationMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends a chunk that continues the one before. */
  append(chunk: Chunk): void {
    if (this.#hasFailed) return;
    const fragment = this.#buildFragment(chunk);
    this.#durationMs += chunk.durationMs;
    this.#bytes += fragment.length;
    this.#waitingBytes += fragment.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#fail(new AppError('storage-full', 'The disk is too slow for recordings'));
      return;
    }
    this.#enqueue(async () => {
      this.#waitingBytes -= fragment.length;
      await (this.#file as SegmentFile).append(fragment);
      this.#noteWritten(chunk, fragment.length);
    });
  }

  /** Resolves when what was appended is on disk, or could not be written. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    this.#work = this.#work.then(async () => {
      const file = this.#file;
      this.#file = undefined;
      if (file === undefined) return;
      if (this.#parts.length === 0) await file.discard();
      else {
        await file.close();
        this.#options.onProgress(this.#describe(file), false);
      }
    });
    await this.#work.catch((error: unknown) => this.#fail(error));
  }

  /** Times in a file begin at 0, so that it plays without its neighbours. */
  #buildFragment({ samples, sound, startedAt, head }: Chunk): Buffer {
    this.#fragments += 1;
    const [first, ...rest] = samples as [Sample, ...Sample[]];
    const base = this.#first.samples[0]?.decodeTime as number;
    const placed = { ...first, decodeTime: first.decodeTime - base, capturedAt: startedAt };
    const soundBase = Math.round((base * (head.soundTimescale ?? 0)) / TIMESCALE);
    const heard = sound
      .filter(({ decodeTime }) => decodeTime >= soundBase)
      .map((frame) => ({ ...frame, decodeTime: frame.decodeTime - soundBase }));
    return buildFragment(this.#fragments, [placed, ...rest], heard);
  }

  #noteWritten({ isIndependent, durationMs, startedAt }: Chunk, bytes: number): void {
    const last = this.#parts.at(-1);
    if (isIndependent || last === undefined) this.#parts.push([bytes, Math.round(durationMs)]);
    else {
      last[0] += bytes;
      last[1] = Math.round(last[1] + durationMs);
    }
    this.#endedAt = Math.round(startedAt + durationMs);
    this.#options.onProgress(this.#describe(this.#file as SegmentFile), true);
  }

  #describe(file: SegmentFile): Segment {
    const { cameraId, begins } = this.#options;
    const { startedAt, head } = this.#first;
    return {
      ...{ cameraId, file: file.name, begins, codecs: head.codecs, startedAt },
      ...{ endedAt: this.#endedAt, bytes: file.bytes },
      parts: this.#parts.map(([bytes, ms]) => [bytes, ms]),
    };
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#attempt(task));
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    if (this.#hasFailed) return;
    await task().catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.onFailure(error);
  }
}
