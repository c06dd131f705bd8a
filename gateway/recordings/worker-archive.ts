/** The disk of a worker, which may be an agent's: what it answers is checked. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import {
  ARCHIVE_PATH,
  type ArchiveSummary,
  archiveFragmentsSchema,
  archiveRemovedSchema,
  archiveSegmentsSchema,
  archiveSpansSchema,
  archiveSummarySchema,
} from '#shared/archive-link.ts';
import { AppError } from '#shared/errors.ts';
import { noSuchFile } from '#shared/http/send-segment.ts';
import type { Segment } from '#shared/recording-link.ts';
import type { CameraRange } from '#shared/recordings/remove-range.ts';
import type { SegmentSpan } from '#shared/recordings/segment-store.ts';
import { parseSegmentName } from '#shared/segment-name.ts';
import { call, openAnswer } from '../worker-access/client.ts';
import { FOREIGN_HEADERS } from '../worker-access/foreign-headers.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';
import { connectionError } from '../worker-access/worker-error.ts';
import type { Archive, FoundFragments, SegmentName } from './archive.ts';

/** A slow uplink needs its time for the segments of a day. */
const ANSWER_MS = 20_000;
/** Of a file in the answer to a client; the rest says what the worker likes. */
const FILE_HEADERS = ['content-length', 'content-range', 'accept-ranges', 'last-modified', 'etag'];

/** Of one answer while it is wanted; a worker that is cut off says no more, milliseconds. */
const SILENCE_MS = 15_000;

/** What one worker keeps. */
export class WorkerArchive implements Archive {
  readonly #find: () => WorkerTarget;

  /** @param find the worker as it is reached now @throws AppError while it is away */
  constructor(find: () => WorkerTarget) {
    this.#find = find;
  }

  /** Totals of every camera of which it has segments. */
  async summary(): Promise<ArchiveSummary> {
    return call(this.#find(), { method: 'GET', path: ARCHIVE_PATH, schema: archiveSummarySchema });
  }

  spans(range: CameraRange): Promise<SegmentSpan[]> {
    return this.#ask(`${pathOf(range.cameraId)}/spans?${queryOf(range)}`, archiveSpansSchema);
  }

  async list(range: CameraRange, limit: number): Promise<Segment[]> {
    const path = `${pathOf(range.cameraId)}/segments?${queryOf(range)}&limit=${limit}`;
    const segments = await this.#ask(path, archiveSegmentsSchema);
    return segments.map((segment) => ({ ...segment, cameraId: range.cameraId }));
  }

  async fragments(file: SegmentName, range: CameraRange): Promise<FoundFragments | undefined> {
    try {
      const path = `${filePath(file)}/fragments?${queryOf(range)}`;
      const { init, fragments } = await this.#ask(path, archiveFragmentsSchema);
      return { init: Buffer.from(init, 'base64'), fragments };
    } catch (error) {
      if (error instanceof AppError && error.code === 'recording-not-found') return undefined;
      throw error;
    }
  }

  async *read(file: SegmentName, start: number, end: number): AsyncGenerator<Buffer> {
    const worker = this.#find();
    try {
      const answer = await open(worker, file, `bytes=${start}-${end - 1}`);
      if (answer.statusCode !== 206) {
        answer.destroy();
        throw new Error('the worker did not give a range of a file');
      }
      yield* inTime(answer);
    } catch (error) {
      throw connectionError(error, worker.name);
    }
  }

  async send(file: SegmentName, req: Request, res: Response): Promise<void> {
    const worker = this.#find();
    const answer = await open(worker, file, req.get('range'));
    const { statusCode = 0 } = answer;
    if (statusCode !== 200 && statusCode !== 206) {
      answer.destroy();
      throw errorOf(statusCode, worker.name);
    }
    res.status(statusCode).set({
      ...Object.fromEntries(FILE_HEADERS.flatMap((name) => headerOf(answer, name))),
      'Cache-Control': 'private, no-cache',
      ...FOREIGN_HEADERS,
      'Content-Type': 'video/mp4',
    });
    if (req.method === 'HEAD') {
      answer.destroy();
      res.end();
      return;
    }
    // It may break under an answer that has begun: the client sees that it is short.
    await pipeline(Readable.from(inTime(answer)), res).catch(() => {});
  }

  remove(range: CameraRange): Promise<{ segments: number; bytes: number }> {
    const path = `${pathOf(range.cameraId)}?${queryOf(range)}`;
    return this.#ask(path, archiveRemovedSchema, 'DELETE');
  }

  async #ask<T>(path: string, schema: z.ZodType<T>, method: 'GET' | 'DELETE' = 'GET'): Promise<T> {
    return call(this.#find(), { method, path, schema, timeoutMs: ANSWER_MS });
  }
}

/** @throws AppError `recording-not-found` for a name that no file has, those of a worker */
async function open(
  worker: WorkerTarget,
  file: SegmentName,
  range: string | undefined,
): Promise<IncomingMessage> {
  if (parseSegmentName(file.file) === undefined) throw noSuchFile();
  const headers: Record<string, string> = range === undefined ? {} : { range };
  const answer = await openAnswer(worker, { path: filePath(file), headers });
  // One that a reader has left ends with an error, too.
  return answer.on('error', () => {});
}

/** The bytes of an answer, each awaited for a while; how fast they are taken does not count. */
async function* inTime(answer: IncomingMessage): AsyncGenerator<Buffer> {
  const blocks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(() => answer.destroy(new Error('the worker fell silent')), SILENCE_MS);
      const { value, done } = await blocks.next().finally(() => clearTimeout(timer));
      if (done === true) return;
      yield value;
    }
  } finally {
    answer.destroy();
  }
}

function pathOf(cameraId: string): string {
  return `${ARCHIVE_PATH}/${encodeURIComponent(cameraId)}`;
}

function filePath({ cameraId, file }: SegmentName): string {
  return `${pathOf(cameraId)}/segments/${file}`;
}

function queryOf({ from, to }: CameraRange): string {
  return `from=${from}&to=${to}`;
}

function headerOf({ headers }: IncomingMessage, name: string): [string, string][] {
  const value = headers[name];
  return typeof value === 'string' ? [[name, value]] : [];
}

function errorOf(status: number, worker: string): AppError {
  if (status === 404) return noSuchFile();
  if (status === 416) return new AppError('range-not-satisfiable', 'The range is outside the file');
  return new AppError('worker-failed', `Worker ${worker} answered with status ${status}`);
}
