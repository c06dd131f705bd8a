/** Calls to a worker about its cameras. */
import got, { type Method, RequestError, TimeoutError } from 'got';
import type { z } from 'zod';
import type { CameraSource } from '#shared/camera-source.ts';
import { AppError, type ErrorCode, STATUS_BY_CODE } from '#shared/errors.ts';
import {
  type ActualCamera,
  actualCamerasSchema,
  type CameraTestResult,
  cameraTestResultSchema,
  type DesiredCamera,
  TOKEN_HEADER,
  type VideoFacts,
  videoFactsSchema,
} from '#shared/worker-protocol.ts';

/** The part of a worker's address that calls need. */
export interface WorkerTarget {
  name: string;
  origin: string;
  token: string;
}

const CALL_TIMEOUT_MS = 5000;
/** A worker answers a connect within ten seconds. */
const CONNECT_TIMEOUT_MS = 12_000;
/** A worker gives up a file after ten seconds. */
const PROBE_TIMEOUT_MS = 12_000;

/** What a worker runs now. @throws AppError */
export async function listActualCameras(worker: WorkerTarget, signal?: AbortSignal): Promise<ActualCamera[]> {
  return call(worker, 'GET', '/internal/cameras', { signal, schema: actualCamerasSchema });
}

/** Makes a worker keep a camera connected. @throws AppError */
export async function putCamera(
  worker: WorkerTarget,
  camera: DesiredCamera,
  signal: AbortSignal,
): Promise<void> {
  await call(worker, 'PUT', pathOf(camera.cameraId), { json: camera, signal });
}

/** Makes a worker forget a camera. @throws AppError */
export async function removeCamera(
  worker: WorkerTarget,
  cameraId: string,
  signal?: AbortSignal,
): Promise<void> {
  await call(worker, 'DELETE', pathOf(cameraId), { signal });
}

/** Connects a camera and waits for its first frame. @throws AppError, the worker's own among them */
export async function connectCamera(worker: WorkerTarget, camera: DesiredCamera): Promise<void> {
  await call(worker, 'POST', '/internal/connect', { json: camera, timeoutMs: CONNECT_TIMEOUT_MS });
}

/** Connects for the time of one picture; nothing is kept. @throws AppError, the worker's own among them */
export async function testCamera(
  worker: WorkerTarget,
  source: CameraSource,
  signal: AbortSignal,
): Promise<CameraTestResult> {
  return call(worker, 'POST', '/internal/test', {
    json: { source },
    signal,
    timeoutMs: CONNECT_TIMEOUT_MS,
    schema: cameraTestResultSchema,
  });
}

/** What a video file of this machine holds. @throws AppError, `not-a-video` among them */
export async function probeVideo(worker: WorkerTarget, file: string): Promise<VideoFacts> {
  return call(worker, 'POST', '/internal/probe', {
    json: { file },
    timeoutMs: PROBE_TIMEOUT_MS,
    schema: videoFactsSchema,
  });
}

function pathOf(cameraId: string): string {
  return `/internal/cameras/${encodeURIComponent(cameraId)}`;
}

async function call<T = unknown>(
  { name, origin, token }: WorkerTarget,
  method: Method,
  path: string,
  {
    json,
    signal,
    timeoutMs = CALL_TIMEOUT_MS,
    schema,
  }: {
    json?: object;
    signal?: AbortSignal | undefined;
    timeoutMs?: number;
    /** What a success carries. */
    schema?: z.ZodType<T>;
  },
): Promise<T> {
  try {
    const response = await got(`${origin}${path}`, {
      method,
      headers: { [TOKEN_HEADER]: token },
      ...(json === undefined ? {} : { json }),
      ...(signal === undefined ? {} : { signal }),
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      timeout: { request: timeoutMs },
    });
    const body: unknown = response.body === '' ? undefined : JSON.parse(response.body);
    // got's own `ok` holds for a redirect that was not followed.
    if (response.statusCode < 300) return schema === undefined ? (body as T) : schema.parse(body);
    throw errorFrom(body, response.statusCode, name);
  } catch (error) {
    throw toCallError(error, name);
  }
}

/** The error of a worker's answer: its own words, where they are ours. @param body as JSON */
export function errorFrom(body: unknown, status: number, worker: string): AppError {
  const { code, error, field } = (body ?? {}) as { code?: string; error?: string; field?: string };
  if (code !== undefined && Object.hasOwn(STATUS_BY_CODE, code)) {
    return new AppError(code as ErrorCode, error ?? code, field === undefined ? {} : { field });
  }
  return new AppError('worker-failed', `Worker ${worker} answered with status ${status}`);
}

/** Whatever a call to a worker threw, as an AppError. */
export function toCallError(error: unknown, worker: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof TimeoutError) {
    return new AppError('worker-timeout', `Worker ${worker} did not answer in time`, { cause: error });
  }
  if (error instanceof RequestError) {
    return new AppError('worker-not-ready', `Worker ${worker} is being restarted`, {
      cause: error,
      retryAfter: 1,
    });
  }
  return new AppError('worker-failed', `Worker ${worker} answered something unreadable`, { cause: error });
}
