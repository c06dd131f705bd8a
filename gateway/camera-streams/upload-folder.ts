/**
 * The folder of uploaded videos. A file is hidden until it is complete and its row is
 * committed: `.UUID.incoming` while it arrives, `.NAME.part` until the commit, then `NAME`.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import type { StagedUpload, UploadStore } from './upload-store.ts';
import { serveVideo } from './video-download.ts';

export interface UploadFolderOptions {
  /** Created if missing. */
  folder: string;
  /** Largest file, bytes. */
  maxBytes: number;
  /** Disk space that uploads leave free, bytes. */
  reserveBytes: number;
  /** Free disk space of the folder, bytes; asks the file system by default. */
  freeBytes?: (folder: string) => Promise<number>;
}

const INCOMING = /^\..*\.incoming$/;
const STAGED = /^\.(.+)\.part$/;
/** The free space is checked again after this many bytes. */
const CHECK_EVERY_BYTES = 32 * 1024 * 1024;
/** Error codes of a full disk or quota. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);
const RETRY_AFTER_S = 60;

/** A visible file. */
export interface PublishedFile {
  name: string;
  bytes: number;
  /** When it was written, Unix milliseconds. */
  writtenAt: number;
}

/** Stores uploads; names must be safe. */
export class UploadFolder implements UploadStore {
  readonly maxBytes: number;
  readonly #folder: string;
  readonly #reserveBytes: number;
  readonly #freeBytes: (folder: string) => Promise<number>;

  constructor({ folder, maxBytes, reserveBytes, freeBytes = askFileSystem }: UploadFolderOptions) {
    this.maxBytes = maxBytes;
    this.#folder = resolve(folder);
    this.#reserveBytes = reserveBytes;
    this.#freeBytes = freeBytes;
  }

  pathOf(name: string): string {
    return join(this.#folder, basename(name));
  }

  async leftovers(): Promise<string[]> {
    await this.#make();
    const entries = await readdir(this.#folder);
    return entries.filter((entry) => INCOMING.test(entry) || STAGED.test(entry));
  }

  /** All visible files. */
  async published(): Promise<PublishedFile[]> {
    const names = await readdir(this.#folder).catch(ignoreMissing);
    const visible = (names ?? []).filter((name) => !name.startsWith('.'));
    const files = visible.map(async (name) => {
      const facts = await stat(this.pathOf(name)).catch(ignoreMissing);
      return facts?.isFile() ? [{ name, bytes: facts.size, writtenAt: facts.mtimeMs }] : [];
    });
    return (await Promise.all(files)).flat();
  }

  /** Name that a leftover would get; undefined for one that was still arriving. */
  nameOf(leftover: string): string | undefined {
    return STAGED.exec(leftover)?.[1];
  }

  async sweep(leftovers: readonly string[], isStored: (name: string) => Promise<boolean>): Promise<void> {
    for (const entry of leftovers) {
      const name = this.nameOf(entry);
      if (name !== undefined && (await isStored(name))) await rename(this.pathOf(entry), this.pathOf(name));
      else await rm(this.pathOf(entry), { force: true });
    }
  }

  async expectSpace(bytes = 0): Promise<void> {
    await this.#make();
    if ((await this.#freeBytes(this.#folder)) < this.#reserveBytes + bytes) throw storageFull();
  }

  async receive(content: Readable): Promise<StagedFile> {
    const path = this.pathOf(`.${randomUUID()}.incoming`);
    try {
      await this.expectSpace();
      // Opened before anything can fail: a stream would create the file after its removal.
      const handle = await open(path, 'wx', 0o600);
      const file = handle.createWriteStream({ flush: true });
      await pipeline(content, (chunks: AsyncIterable<Buffer>) => this.#limit(chunks), file);
      return new StagedFile(this.#folder, path, file.bytesWritten);
    } catch (error) {
      await rm(path, { force: true });
      throw FULL_CODES.has((error as NodeJS.ErrnoException).code ?? '') ? storageFull(error) : error;
    }
  }

  send(name: string, req: Request, res: Response): Promise<void> {
    return serveVideo(this.pathOf(name), req, res);
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  async withdraw(name: string): Promise<StagedFile | undefined> {
    const staged = new StagedFile(this.#folder, this.pathOf(name), 0);
    try {
      await staged.stageAs(name);
      return staged;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Owner-only, with any umask of the process. */
  async #make(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  async *#limit(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    let checkAt = CHECK_EVERY_BYTES;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > this.maxBytes) throw tooLarge(this.maxBytes);
      if (bytes >= checkAt) {
        await this.expectSpace();
        checkAt = bytes + CHECK_EVERY_BYTES;
      }
      yield chunk;
    }
  }
}

/** A file of the folder that is not visible yet. */
export class StagedFile implements StagedUpload {
  readonly bytes: number;
  readonly #folder: string;
  #path: string;
  #name: string | undefined;

  constructor(folder: string, path: string, bytes: number) {
    this.#folder = folder;
    this.#path = path;
    this.bytes = bytes;
  }

  get path(): string {
    return this.#path;
  }

  async stageAs(name: string): Promise<void> {
    await this.#moveTo(`.${name}.part`);
    this.#name = name;
  }

  async publish(): Promise<void> {
    if (this.#name === undefined) throw new Error('publish before stageAs');
    await this.#moveTo(this.#name);
  }

  async discard(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #moveTo(name: string): Promise<void> {
    const path = join(this.#folder, name);
    await rename(this.#path, path);
    this.#path = path;
    // A rename is durable only after a sync of the folder.
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }
}

async function askFileSystem(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** Error for an upload over the limit. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError('upload-too-large', `The file is larger than ${maxBytes} bytes`, {
    extra: { maxBytes },
  });
}

function storageFull(cause?: unknown): AppError {
  const message = 'No disk space left for this upload';
  return new AppError('storage-full', message, { retryAfter: RETRY_AFTER_S, cause });
}
