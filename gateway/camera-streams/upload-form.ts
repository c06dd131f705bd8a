/** Reads a `multipart/form-data` body (RFC 7578): a few short fields and one file, streamed to disk. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { BusboyHeaders, BusboyInstance } from '@fastify/busboy';
import { AppError } from '#shared/errors.ts';
import { safeName } from './safe-name.ts';
import { tooLarge } from './upload-folder.ts';
import type { StagedUpload, UploadStore } from './upload-store.ts';

/** Content of a form. */
export interface UploadForm {
  /** The known fields that were present. */
  fields: Record<string, string>;
  /** The file, with a safe name; the caller publishes or discards it. */
  file: { staged: StagedUpload; name: string } | undefined;
}

export interface UploadFormOptions {
  folder: Pick<UploadStore, 'maxBytes' | 'expectSpace' | 'receive'>;
  /** Names of the known fields; others are ignored. */
  fieldNames: readonly string[];
  /** An upload with less than {@link MIN_BYTES} in this time is aborted, milliseconds. */
  slowMs?: number;
}

const LIMITS = {
  fieldNameSize: 100,
  fieldSize: 8 * 1024,
  fields: 10,
  files: 1,
  parts: 12,
  headerPairs: 20,
  headerSize: 16 * 1024,
};
/** Limit for everything beside the file, bytes. */
const MAX_OVERHEAD_BYTES = 256 * 1024;
const SLOW_MS = 30_000;
const MIN_BYTES = 16 * 1024;

/**
 * Reads a form to its end. On failure a received file is deleted.
 * @throws AppError `upload-incomplete`, `upload-too-large`, `upload-too-slow`, `storage-full`, `invalid-field`, `body-too-large`
 */
export async function receiveForm(req: IncomingMessage, options: UploadFormOptions): Promise<UploadForm> {
  const { folder } = options;
  const announced = Number(req.headers['content-length'] ?? 0);
  try {
    if (announced > folder.maxBytes + MAX_OVERHEAD_BYTES) throw tooLarge(folder.maxBytes);
    await folder.expectSpace(announced);
    return await new FormReader(options).read(req);
  } catch (error) {
    // A client that is still sending would see a reset instead of the response; the server limits how long.
    req.resume();
    throw error;
  }
}

/** Lower bound of the announced file size. */
export function leastFileBytes({ headers }: IncomingMessage): number {
  return Math.max(0, Number(headers['content-length'] ?? 0) - MAX_OVERHEAD_BYTES);
}

class FormReader {
  readonly #options: UploadFormOptions;
  readonly #fields = new Map<string, string>();
  readonly #end = Promise.withResolvers<void>();
  #content: Readable | undefined;
  #name = '';
  #hasFailed = false;
  #staged: Promise<StagedUpload> | undefined;

  constructor(options: UploadFormOptions) {
    this.#options = options;
  }

  async read(req: IncomingMessage): Promise<UploadForm> {
    const parser = await createParser(req);
    this.#listen(parser);
    const stopWatching = this.#watch(req);
    req.pipe(parser);
    try {
      await this.#end.promise;
      const staged = await this.#staged;
      const file = staged === undefined ? undefined : { staged, name: this.#name };
      return { fields: Object.fromEntries(this.#fields), file };
    } catch (error) {
      req.unpipe(parser);
      this.#content?.destroy(error as Error);
      await this.#staged?.then(
        (staged) => staged.discard(),
        () => {},
      );
      throw error;
    } finally {
      stopWatching();
    }
  }

  #listen(parser: BusboyInstance): void {
    parser.on('field', (name, value, _isNameCut, isCut) => this.#takeField(name, value, isCut));
    parser.on('file', (_field, content, name) => this.#takeFile(content, name));
    parser.on('finish', () => this.#end.resolve());
    parser.on('error', () => this.#fail(incomplete()));
    for (const limit of ['partsLimit', 'fieldsLimit'] as const) {
      parser.on(limit, () => this.#fail(new AppError('invalid-field', 'The form has too many parts')));
    }
    parser.on('filesLimit', () => this.#fail(new AppError('invalid-field', 'Only one file can be uploaded')));
  }

  #takeField(name: string | undefined, value: string, isCut: boolean): void {
    if (isCut) this.#fail(new AppError('body-too-large', 'A field of the form is too long'));
    else if (name === undefined || !this.#options.fieldNames.includes(name)) return;
    else if (!this.#fields.has(name)) this.#fields.set(name, value);
    else this.#fail(new AppError('invalid-field', `${name}: is given twice`, { field: name }));
  }

  #takeFile(content: Readable, name: string | undefined): void {
    // It may fail before it is awaited, and an unhandled rejection would end the process.
    content.on('error', () => {});
    // After a failure the parser may still hold data.
    if (this.#hasFailed) {
      content.resume();
      return;
    }
    this.#content = content;
    this.#name = safeName(name ?? '');
    this.#staged = this.#options.folder.receive(content);
    // An aborted file ends the form; an aborted body ends both.
    this.#staged.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.#end.reject(error);
  }

  /** Returns the function that ends the watch. */
  #watch(req: IncomingMessage): () => void {
    const { folder, slowMs = SLOW_MS } = this.#options;
    let total = 0;
    let recent = 0;
    const count = (chunk: Buffer): void => {
      total += chunk.length;
      recent += chunk.length;
      if (total > folder.maxBytes + MAX_OVERHEAD_BYTES) this.#fail(tooLarge(folder.maxBytes));
    };
    const breakOff = (): void => {
      if (!req.complete) this.#fail(incomplete());
    };
    const timer = setInterval(() => {
      if (recent < MIN_BYTES) this.#fail(new AppError('upload-too-slow', 'The upload is too slow'));
      recent = 0;
    }, slowMs);
    req.on('data', count).on('close', breakOff).on('error', breakOff);
    // The client may have gone while the free space was checked.
    if (req.destroyed) breakOff();
    return () => {
      clearInterval(timer);
      req.off('data', count).off('close', breakOff);
    };
  }
}

async function createParser(req: IncomingMessage): Promise<BusboyInstance> {
  const { Busboy } = await import('@fastify/busboy');
  try {
    return new Busboy({ headers: req.headers as BusboyHeaders, limits: LIMITS });
  } catch (error) {
    throw new AppError('invalid-field', 'The Content-Type names no boundary', { cause: error });
  }
}

function incomplete(): AppError {
  return new AppError('upload-incomplete', 'The upload was aborted or is not a valid form');
}
