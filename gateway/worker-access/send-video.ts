/** Gives uploaded videos to a worker on another machine. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CameraSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import { DIGEST_HEADER, digestField, HELD_VIDEOS_PATH, heldVideoSchema } from '#shared/held-videos.ts';
import type { CameraRouting } from './camera-routing.ts';
import { call, upload } from './client.ts';
import type { WorkerAddress, WorkerTarget } from './worker-address.ts';

export interface SentVideo {
  /** Absolute path here. */
  file: string;
  /** What the worker calls it. */
  name: string;
}

/** A source as a worker plays it: one on another machine has a copy of its own. */
export function sourceAt<S extends CameraSource>(
  { isRemote }: Pick<WorkerAddress, 'isRemote'>,
  source: S,
): S {
  return isRemote === true && 'file' in source ? { ...source, file: basename(source.file) } : source;
}

/**
 * Whether a worker has a video, whole.
 * @param query `?bytes=` makes room for one that is to come
 * @throws AppError `camera-video-unreadable` where the worker takes none, `worker-*`
 */
export async function holdsVideo(
  worker: WorkerTarget,
  name: string,
  { query = '', signal }: { query?: string; signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const path = `${pathOf(name)}${query}`;
  const request = { method: 'GET', path, signal, schema: heldVideoSchema } as const;
  return (await call(worker, request).catch((error: unknown) => explain(error, worker))).isHeld;
}

/** @throws AppError a clear one where the worker has no such route */
function explain(error: unknown, { name }: WorkerTarget): never {
  if (!(error instanceof AppError) || error.code !== 'not-found') throw error;
  throw new AppError(
    'camera-video-unreadable',
    `Worker ${name} is of an earlier version that takes no videos`,
  );
}

/**
 * Sends a video unless the worker has it; the worker takes it whole or not at all.
 * @throws AppError `camera-video-unreadable` where the file is not here, `storage-full`, `upload-incomplete`, `worker-*`
 */
export async function sendVideo(
  worker: WorkerTarget,
  { file, name }: SentVideo,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = await sizeOf(file);
  if (await holdsVideo(worker, name, { query: `?bytes=${bytes}`, signal })) return;
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes),
    [DIGEST_HEADER]: digestField(await digestOf(file, signal)),
  };
  await upload(worker, { path: pathOf(name), headers, file, signal });
}

/** Removes a video that no camera plays. @throws AppError */
export async function removeVideo(worker: WorkerTarget, name: string): Promise<void> {
  await call(worker, { method: 'DELETE', path: pathOf(name) });
}

/**
 * Makes a source ready for the worker that is to try it: a video is tried on this machine where that is possible.
 * @throws AppError as {@link sendVideo}
 */
export async function prepareTest(
  { worker, source }: { worker: WorkerAddress; source: CameraSource },
  routing: Pick<CameraRouting, 'ready'>,
  signal: AbortSignal,
): Promise<{ worker: WorkerAddress; source: CameraSource }> {
  if (worker.isRemote !== true || !('file' in source)) return { worker, source };
  const own = routing.ready().find(({ isRemote }) => isRemote !== true);
  if (own !== undefined) return { worker: own, source };
  const { file } = source;
  await sendVideo(worker, { file, name: basename(file) }, signal);
  return { worker, source: sourceAt(worker, source) };
}

function pathOf(name: string): string {
  return `${HELD_VIDEOS_PATH}/${encodeURIComponent(name)}`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new AppError('camera-video-unreadable', 'This gateway has no copy of the video', { cause: error });
  }
}

/** Base64. */
async function digestOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('base64');
}
