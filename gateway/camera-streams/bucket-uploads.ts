/**
 * Uploaded videos in a bucket. A folder of this machine holds them while they arrive and are checked, and
 * copies of those that cameras play.
 */
import type { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Bucket } from './bucket.ts';
import type { UploadFolder } from './upload-folder.ts';
import type { StagedUpload, UploadStore } from './upload-store.ts';
import { VideoCopies } from './video-copies.ts';
import { sendAnswer } from './video-download.ts';

export interface BucketUploadsOptions {
  bucket: Bucket;
  /** Arriving videos and copies. */
  folder: UploadFolder;
  /** The folder that held the videos before the bucket was set up; they move over. */
  former: UploadFolder;
  /** Disk space of the copies, bytes. */
  cacheBytes: number;
  /** Absolute paths of the videos that cameras play. */
  played: () => string[];
  /** Whether a row names this file. */
  isStored: (name: string) => Promise<boolean>;
  log: Logger;
  /** Pause between looks at which copies are missing, milliseconds. */
  everyMs?: number;
}

const EVERY_MS = 10_000;

/** Stored means stored in the bucket: before the row is committed. */
export class BucketUploads implements UploadStore {
  readonly maxBytes: number;
  readonly #options: BucketUploadsOptions;
  readonly #copies: VideoCopies;
  readonly #job: PeriodicJob;

  constructor(options: BucketUploadsOptions) {
    const { folder, log, everyMs = EVERY_MS } = options;
    this.maxBytes = folder.maxBytes;
    this.#options = options;
    this.#copies = new VideoCopies(options);
    this.#job = new PeriodicJob({
      run: async (signal) => {
        await this.#moveFormer(signal);
        await this.#copies.fetchMissing(signal);
      },
      onError: (error) => log.warn({ reason: messageOf(error) }, 'could not move or fetch uploaded videos'),
      everyMs,
    });
  }

  /** Moves and fetches from now on; the database must answer. */
  start(): void {
    this.#job.start();
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  /** The copy; a missing one is fetched within seconds. */
  pathOf(name: string): string {
    return this.#options.folder.pathOf(name);
  }

  leftovers(): Promise<string[]> {
    return this.#options.folder.leftovers();
  }

  async sweep(leftovers: readonly string[], isStored: (name: string) => Promise<boolean>): Promise<void> {
    const { folder, bucket } = this.#options;
    this.start();
    for (const leftover of leftovers) {
      const name = folder.nameOf(leftover);
      if (name !== undefined && !(await isStored(name))) await bucket.remove(name);
      await folder.sweep([leftover], isStored);
    }
  }

  expectSpace(bytes?: number): Promise<void> {
    return this.#options.folder.expectSpace(bytes);
  }

  async receive(content: Readable): Promise<StagedUpload> {
    const staged = await this.#options.folder.receive(content);
    return new BucketUpload(staged, this.#options.bucket, () => this.#copies.trim());
  }

  async send(name: string, req: Request, res: Response): Promise<void> {
    const left = new AbortController();
    res.once('close', () => left.abort());
    const answer = await this.#options.bucket.get(name, req.headers, left.signal);
    if (answer.status !== 404) return sendAnswer(answer, name, req, res);
    await this.#options.former.send(name, req, res);
  }

  async remove(name: string): Promise<void> {
    const { bucket, folder, former } = this.#options;
    await bucket.remove(name);
    await folder.remove(name);
    await former.remove(name);
  }

  /** The row goes only once the file is gone: otherwise it would stay in the bucket, named by no row. */
  async withdraw(name: string): Promise<undefined> {
    await this.remove(name);
  }

  async #moveFormer(signal: AbortSignal): Promise<void> {
    const { former, bucket, isStored, log } = this.#options;
    for (const { name } of await former.published()) {
      if (signal.aborted) return;
      if (!(await isStored(name))) continue;
      await bucket.put(name, former.pathOf(name));
      await former.remove(name);
      log.info({ file: name }, 'moved an uploaded video to the bucket');
    }
  }
}

/** A file that arrived. Staged means: in the bucket, though no row names it yet. */
class BucketUpload implements StagedUpload {
  readonly #file: StagedUpload;
  readonly #bucket: Bucket;
  readonly #onPublished: () => Promise<unknown>;
  #name: string | undefined;
  #isPut = false;

  constructor(file: StagedUpload, bucket: Bucket, onPublished: () => Promise<unknown>) {
    this.#file = file;
    this.#bucket = bucket;
    this.#onPublished = onPublished;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  get path(): string {
    return this.#file.path;
  }

  async stageAs(name: string): Promise<void> {
    await this.#file.stageAs(name);
    this.#name = name;
    await this.#bucket.put(name, this.#file.path);
    this.#isPut = true;
  }

  /** It is stored already; the file stays as a copy. */
  async publish(): Promise<void> {
    await this.#file.publish();
    await this.#onPublished();
  }

  async discard(): Promise<void> {
    try {
      if (this.#name !== undefined) await this.#bucket.remove(this.#name);
    } catch (error) {
      // The hidden file names the object, which the sweep of the next start deletes.
      if (this.#isPut) throw error;
    }
    await this.#file.discard();
  }
}
