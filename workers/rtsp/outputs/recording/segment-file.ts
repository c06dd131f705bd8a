/** One segment on disk: fragmented MP4 that plays up to its last whole fragment, whenever it was cut off. */
import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises';
import type { Begins } from '#shared/contract/recording.ts';
import { AppError } from '#shared/errors.ts';
import { dayFolder, segmentName, segmentPath } from '#shared/segment-name.ts';

/** Where segments are written. */
export interface SegmentFolder {
  /** Absolute path. */
  folder: string;
  /** Disk space that stays free, bytes. */
  reserveBytes: number;
  /** Free disk space, bytes; asks the file system by default. */
  freeBytes?: (folder: string) => Promise<number>;
}

/** Error codes of a full disk or quota. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Two segments begin in the same millisecond only where a clock was set. */
const MAX_NAME_TRIES = 100;

/** From its creation to its close. */
export class SegmentFile {
  readonly name: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  /** Of what is whole. */
  #bytes = 0;

  private constructor(name: string, path: string, handle: FileHandle) {
    this.name = name;
    this.#path = path;
    this.#handle = handle;
  }

  /** Creates a file that only its owner may read. @throws AppError `storage-full` */
  static async create(
    { folder, reserveBytes, freeBytes = askFileSystem }: SegmentFolder,
    cameraId: string,
    { startedAt, begins }: { startedAt: number; begins: Begins },
  ): Promise<SegmentFile> {
    try {
      for (let tries = 0; ; tries += 1) {
        const name = segmentName(startedAt + tries, begins);
        await mkdir(dayFolder(folder, cameraId, name), { recursive: true, mode: 0o700 });
        if ((await freeBytes(folder)) < reserveBytes) throw storageFull();
        const path = segmentPath(folder, cameraId, name);
        const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
          if (codeOf(error) === 'EEXIST' && tries < MAX_NAME_TRIES) return undefined;
          throw error;
        });
        if (handle !== undefined) return new SegmentFile(name, path, handle);
      }
    } catch (error) {
      throw toAppError(error);
    }
  }

  /** Of what is whole. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends bytes that belong together: all of them, or none. @throws AppError `storage-full` */
  async append(bytes: Buffer): Promise<void> {
    try {
      let written = 0;
      while (written < bytes.length) {
        const position = this.#bytes + written;
        written += (await this.#handle.write(bytes, written, bytes.length - written, position)).bytesWritten;
      }
      this.#bytes += bytes.length;
    } catch (error) {
      await this.#handle.truncate(this.#bytes).catch(() => {});
      throw toAppError(error);
    }
  }

  /** Makes it durable: the one sync of a segment. */
  async close(): Promise<void> {
    await this.#handle.datasync().catch(() => {});
    await this.#handle.close();
  }

  /** Closes and removes it. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#path, { force: true });
  }
}

async function askFileSystem(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function toAppError(error: unknown): unknown {
  return FULL_CODES.has(codeOf(error) ?? '') ? storageFull(error) : error;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function storageFull(cause?: unknown): AppError {
  return new AppError('storage-full', 'No disk space left for recordings', { cause });
}
