/** Copies of videos on this machine, for the cameras that play them: at most so many bytes. */
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Bucket } from './bucket.ts';
import type { UploadFolder } from './upload-folder.ts';

export interface VideoCopiesOptions {
  bucket: Bucket;
  folder: UploadFolder;
  /** Space of all copies. */
  cacheBytes: number;
  /** Absolute paths of the videos that cameras play. */
  played: () => string[];
  log: Logger;
}

/** Fetches copies and removes the oldest that no camera plays. */
export class VideoCopies {
  readonly #options: VideoCopiesOptions;
  /** What was told of a video that cannot be fetched, so that it is told once. */
  readonly #told = new Map<string, string>();

  constructor(options: VideoCopiesOptions) {
    this.#options = options;
  }

  /** Fetches every video that a camera plays and that is not here. */
  async fetchMissing(signal: AbortSignal): Promise<void> {
    for (const path of this.#options.played()) {
      if (signal.aborted) return;
      if (!this.#isOurs(path) || existsSync(path)) continue;
      await this.#fetch(basename(path), signal).then(
        () => void this.#told.delete(path),
        (error: unknown) => this.#tell(path, error),
      );
    }
  }

  /** Removes copies until there is room. @param bytes for a further one @returns whether there is */
  async trim(bytes = 0): Promise<boolean> {
    const { folder, cacheBytes, played } = this.#options;
    const files = (await folder.published()).sort((a, b) => a.writtenAt - b.writtenAt);
    let excess = files.reduce((sum, file) => sum + file.bytes, bytes) - cacheBytes;
    const inUse = new Set(played());
    for (const file of files) {
      if (excess <= 0) break;
      if (inUse.has(folder.pathOf(file.name))) continue;
      await folder.remove(file.name);
      excess -= file.bytes;
    }
    return excess <= 0;
  }

  async #fetch(name: string, signal: AbortSignal): Promise<void> {
    const { bucket, folder } = this.#options;
    const { status, headers, body } = await bucket.get(name, {}, signal);
    if (status !== 200 || body === null)
      throw new AppError('camera-stream-not-found', 'the store has no such video');
    const bytes = Number(headers.get('content-length') ?? 0);
    if (!(await this.trim(bytes))) {
      await body.cancel();
      throw new AppError('storage-full', 'the videos that cameras play exceed UPLOADS_CACHE_MB');
    }
    const staged = await folder.receive(Readable.fromWeb(body as ReadableStream));
    await staged.stageAs(name);
    await staged.publish();
  }

  #isOurs(path: string): boolean {
    return dirname(path) === dirname(this.#options.folder.pathOf('x'));
  }

  #tell(path: string, error: unknown): void {
    const reason = messageOf(error);
    if (this.#told.get(path) === reason) return;
    this.#told.set(path, reason);
    this.#options.log.warn({ file: basename(path), reason }, 'could not fetch a video that a camera plays');
  }
}
