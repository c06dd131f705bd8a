/** A bucket of an S3-compatible store; the only door to its client. Nothing is loaded before the first request. */
import { type FileHandle, open } from 'node:fs/promises';
import pRetry from 'p-retry';
import type { S3mini } from 's3mini';
import { AppError } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import type { BucketConfig } from '../config/uploads.ts';
import { videoType } from './video-download.ts';

const MIB = 1024 * 1024;
/** S3 takes parts from 5 MiB and at most 10,000 of them. One part is in memory for each upload. */
const PART_BYTES = 8 * MIB;
const MAX_PARTS = 10_000;
/** A part at 0.5 Mbit/s. */
const REQUEST_MS = 130_000;
/** Time for the first byte of an answer. */
const ANSWER_MS = 15_000;
const URL_S = 60;
const RETRIES = { retries: 2, minTimeout: 250, maxTimeout: 2000 };
const RETRY_AFTER_S = 10;

/** Headers of a request for a video that the store itself answers. */
const PASSED_ON = ['range', 'if-range', 'if-none-match', 'if-modified-since'];

/** Files by name, below the prefix. */
export class Bucket {
  readonly #prefix: string;
  readonly #client: () => Promise<S3mini>;

  constructor(config: BucketConfig) {
    this.#prefix = config.prefix;
    this.#client = lazy(() => connect(config));
  }

  /**
   * Stores a file in parts. One that cannot be stored whole leaves nothing.
   * @throws AppError `upload-store-unavailable`
   */
  async put(name: string, path: string): Promise<void> {
    await using file = await open(path);
    const { size } = await file.stat();
    await this.#ask(async (client, key) => {
      const type = videoType(name);
      if (size > PART_BYTES) return putParts({ client, key: key(name), type, file, size });
      const data = await file.readFile();
      await pRetry(() => client.putObject(key(name), data, type), { ...RETRIES, shouldRetry });
    });
  }

  /**
   * Asks for a file; the body streams. A range, and conditions on ETag and time, are those of `headers`.
   * @returns the answer of the store: 200, 206, 304, 404, 412 or 416
   * @throws AppError `upload-store-unavailable`
   */
  async get(name: string, headers: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
    const passed = PASSED_ON.flatMap((header) =>
      typeof headers[header] === 'string' ? [[header, headers[header]] as [string, string]] : [],
    );
    return this.#ask(async (client, key) => {
      const url = await client.getPresignedUrl('GET', key(name), URL_S);
      const answer = await fetchAnswer(
        url,
        new Headers([...passed, ['accept-encoding', 'identity']]),
        signal,
      );
      if (answer.ok || [304, 412, 416].includes(answer.status)) return answer;
      const text = await answer.text();
      // A missing bucket is a fault of the settings, a missing file is not.
      if (answer.status === 404 && !text.includes('NoSuchBucket')) return answer;
      throw new RefusalError(answer.status, /<Code>(\w+)<\/Code>/.exec(text)?.[1]);
    });
  }

  /** Deletes a file; a missing one is fine. @throws AppError `upload-store-unavailable` */
  async remove(name: string): Promise<void> {
    await this.#ask((client, key) =>
      pRetry(() => client.deleteObject(key(name)), { ...RETRIES, shouldRetry }),
    );
  }

  async #ask<T>(run: (client: S3mini, key: (name: string) => string) => Promise<T>): Promise<T> {
    try {
      return await run(await this.#client(), (name) => `${this.#prefix}${name}`);
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw error;
      throw unavailable(error);
    }
  }
}

/** The store refused a request. */
class RefusalError extends Error {
  readonly status: number;
  readonly serviceCode: string | undefined;

  constructor(status: number, code: string | undefined) {
    super(`The store answered ${status}`);
    this.status = status;
    this.serviceCode = code;
  }
}

async function connect({ url, region, accessKeyId, secretAccessKey }: BucketConfig): Promise<S3mini> {
  const { S3mini } = await import('s3mini');
  return new S3mini({ endpoint: url, region, accessKeyId, secretAccessKey, requestAbortTimeout: REQUEST_MS });
}

interface Parts {
  client: S3mini;
  key: string;
  type: string;
  file: FileHandle;
  size: number;
}

async function putParts({ client, key, type, file, size }: Parts): Promise<void> {
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  const upload = await client.getMultipartUploadId(key, type);
  try {
    const parts = [];
    const buffer = Buffer.allocUnsafe(Math.min(partBytes, size));
    for (let at = 0; at < size; at += partBytes) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(partBytes, size - at), at);
      const data = buffer.subarray(0, bytesRead);
      const put = (): ReturnType<S3mini['uploadPart']> =>
        client.uploadPart(key, upload, data, parts.length + 1);
      parts.push(await pRetry(put, { ...RETRIES, shouldRetry }));
    }
    await client.completeMultipartUpload(key, upload, parts);
  } catch (error) {
    await client.abortMultipartUpload(key, upload).catch(() => {});
    throw error;
  }
}

/** The time limit ends with the headers: a video may take hours. */
async function fetchAnswer(url: string, headers: Headers, signal: AbortSignal): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), ANSWER_MS);
  try {
    return await fetch(url, { headers, signal: AbortSignal.any([signal, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

/** A refusal is final; everything else may pass. */
function shouldRetry({ error }: { error: Error }): boolean {
  const { status } = error as { status?: number };
  return status === undefined || status >= 500;
}

/** Names what the store or the network said; the error itself holds addresses that are signed. */
function unavailable(error: unknown): AppError {
  const { status, serviceCode, cause, name } = error as RefusalError & { cause?: { code?: string } };
  const said = serviceCode === undefined || serviceCode === 'Unknown' ? '' : ` ${serviceCode}`;
  const reason =
    status === undefined
      ? `does not answer (${cause?.code ?? (name === 'TimeoutError' ? 'timeout' : (error as Error).message)})`
      : `refuses the request (${status}${said})`;
  return new AppError('upload-store-unavailable', `The store of uploaded videos ${reason}`, {
    retryAfter: RETRY_AFTER_S,
  });
}
