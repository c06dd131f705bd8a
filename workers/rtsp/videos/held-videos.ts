/** Copies of uploaded videos on the disk of a worker that runs on another machine than its gateway. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';

export interface HeldVideosOptions {
  /** Absolute path; made when the first video comes. */
  folder: string;
  /** Disk space of all of them, bytes. */
  quotaBytes: number;
  /** Disk space that stays free, bytes. */
  reserveBytes: number;
  /** Names of those that cameras play. */
  played: () => readonly string[];
  log: Logger;
  /** How long one stays that no camera plays and no gateway asks for, milliseconds. */
  keepMs?: number;
  everyMs?: number;
  /** Free disk space of the folder, bytes; asks the file system by default. */
  freeBytes?: (folder: string) => Promise<number>;
}

/** What a video must be. */
export interface ExpectedVideo {
  bytes: number;
  /** Base64. */
  sha256: string;
}

const KEEP_MS = 10 * 60_000;
const EVERY_MS = 60_000;
const RETRY_AFTER_S = 30;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}$/;
const INCOMING = /^\..*\.incoming$/;
/** Error codes of a full disk or quota. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);

/** A video has its name once it is whole. Runs from start to close. */
export class HeldVideos {
  readonly #options: HeldVideosOptions;
  readonly #sweeps: PeriodicJob;
  #comingBytes = 0;

  constructor(options: HeldVideosOptions) {
    const { log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#sweeps = new PeriodicJob({
      run: () => this.#sweep(),
      onError: (error) =>
        log.warn({ reason: messageOf(error) }, 'could not remove videos that no camera plays'),
      everyMs,
    });
  }

  /** Removes what a broken transfer left; await it before the first one. */
  async start(): Promise<void> {
    const { folder, log } = this.#options;
    try {
      for (const entry of (await readdir(folder)).filter((name) => INCOMING.test(name)))
        await rm(join(folder, entry), { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn({ folder, reason: messageOf(error) }, 'the folder of videos cannot be used');
    }
    this.#sweeps.start();
  }

  close(): Promise<void> {
    return this.#sweeps.close();
  }

  /** Where a video of this name is; an absolute path stays as it is. */
  pathOf(file: string): string {
    return isAbsolute(file) ? file : join(this.#options.folder, basename(file));
  }

  /**
   * Whether a video is there.
   * @param bytes room to make for one that is not there
   * @throws AppError `storage-full`, `invalid-field`
   */
  async holds(name: string, bytes?: number): Promise<boolean> {
    const path = this.#checked(name);
    const now = new Date();
    try {
      // It stays for a while from now.
      await utimes(path, now, now);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (bytes !== undefined) await this.#makeRoom(bytes);
    return false;
  }

  /** Takes a video, whole or not at all. @throws AppError `storage-full`, `upload-incomplete`, `invalid-field` */
  async receive(name: string, expected: ExpectedVideo, content: Readable): Promise<void> {
    const path = this.#checked(name);
    await this.#makeRoom(expected.bytes);
    const incoming = join(this.#options.folder, `.${randomUUID()}.incoming`);
    this.#comingBytes += expected.bytes;
    try {
      await write(incoming, expected, content);
      await rename(incoming, path);
    } catch (error) {
      await rm(incoming, { force: true });
      if (error instanceof AppError) throw error;
      if (FULL_CODES.has((error as NodeJS.ErrnoException).code ?? '')) throw storageFull();
      throw new AppError('upload-incomplete', 'The video did not arrive', { cause: error });
    } finally {
      this.#comingBytes -= expected.bytes;
    }
  }

  /** Removes a video unless a camera plays it; a missing one is fine. */
  async release(name: string): Promise<void> {
    const path = this.#checked(name);
    if (!this.#options.played().includes(name)) await rm(path, { force: true });
  }

  #checked(name: string): string {
    if (!NAME.test(name))
      throw new AppError('invalid-field', 'name: is no name of a video', { field: 'name' });
    return join(this.#options.folder, name);
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { folder, quotaBytes, reserveBytes, freeBytes = askFileSystem } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [all, unused] = [await this.#list(), await this.#unused()];
    const total = all.reduce((sum, file) => sum + file.bytes, this.#comingBytes + bytes);
    let lack = Math.max(total - quotaBytes, reserveBytes + bytes - (await freeBytes(folder)));
    if (lack > unused.reduce((sum, file) => sum + file.bytes, 0)) throw storageFull();
    for (const file of unused) {
      if (lack <= 0) return;
      await rm(join(folder, file.name), { force: true });
      lack -= file.bytes;
    }
  }

  async #sweep(): Promise<void> {
    const oldest = Date.now() - (this.#options.keepMs ?? KEEP_MS);
    for (const { name, askedAt } of await this.#unused())
      if (askedAt < oldest) await rm(join(this.#options.folder, name), { force: true });
  }

  /** Those that no camera plays, the one that was asked for the longest ago first. */
  async #unused(): Promise<HeldFile[]> {
    const played = new Set(this.#options.played());
    const files = (await this.#list()).filter(({ name }) => !played.has(name));
    return files.sort((a, b) => a.askedAt - b.askedAt);
  }

  async #list(): Promise<HeldFile[]> {
    const names = await readdir(this.#options.folder).catch(ignoreMissing);
    const files = (names ?? []).filter((name) => NAME.test(name)).map((name) => this.#look(name));
    return (await Promise.all(files)).flat();
  }

  async #look(name: string): Promise<HeldFile[]> {
    const facts = await stat(join(this.#options.folder, name)).catch(ignoreMissing);
    return facts === undefined ? [] : [{ name, bytes: facts.size, askedAt: facts.mtimeMs }];
  }
}

interface HeldFile {
  name: string;
  bytes: number;
  /** When it came or was asked for last, Unix milliseconds. */
  askedAt: number;
}

async function write(path: string, { bytes, sha256 }: ExpectedVideo, content: Readable): Promise<void> {
  // Opened before anything can fail: a stream would create the file after its removal.
  const handle = await open(path, 'wx', 0o600);
  const file = handle.createWriteStream({ flush: true });
  const hash = createHash('sha256');
  await pipeline(
    content,
    async function* (chunks: AsyncIterable<Buffer>) {
      let left = bytes;
      for await (const chunk of chunks) {
        left -= chunk.length;
        if (left < 0) throw new AppError('upload-incomplete', 'The video is longer than announced');
        hash.update(chunk);
        yield chunk;
      }
    },
    file,
  );
  if (file.bytesWritten !== bytes || hash.digest('base64') !== sha256)
    throw new AppError('upload-incomplete', 'The video is not what was announced');
}

async function askFileSystem(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function storageFull(): AppError {
  return new AppError('storage-full', 'The worker has no disk space left for this video', {
    retryAfter: RETRY_AFTER_S,
  });
}
