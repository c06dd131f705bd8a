/** Calls to a worker about its cameras. */
import type { CameraSource } from '#shared/camera-source.ts';
import {
  type ActualCamera,
  actualCamerasSchema,
  type CameraTestResult,
  cameraTestResultSchema,
  type DesiredCamera,
} from '#shared/worker-protocol.ts';
import { call } from '../worker-access/client.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';

/** A worker answers a connect within ten seconds. */
const CONNECT_TIMEOUT_MS = 12_000;

/** What a worker runs now. @throws AppError */
export async function listActualCameras(worker: WorkerTarget, signal?: AbortSignal): Promise<ActualCamera[]> {
  return call(worker, { method: 'GET', path: '/internal/cameras', signal, schema: actualCamerasSchema });
}

/** Makes a worker keep a camera connected. @throws AppError */
export async function putCamera(
  worker: WorkerTarget,
  camera: DesiredCamera,
  signal: AbortSignal,
): Promise<void> {
  await call(worker, { method: 'PUT', path: pathOf(camera.cameraId), json: camera, signal });
}

/** Makes a worker keep cameras connected; the others that it runs stay as they are. @throws AppError */
export async function putCameras(
  worker: WorkerTarget,
  cameras: readonly DesiredCamera[],
  signal: AbortSignal,
): Promise<void> {
  await call(worker, { method: 'PATCH', path: '/internal/cameras', json: { cameras }, signal });
}

/** Makes a worker forget a camera. @throws AppError */
export async function removeCamera(
  worker: WorkerTarget,
  cameraId: string,
  signal?: AbortSignal,
  epoch?: number,
): Promise<void> {
  const query = epoch === undefined ? '' : `?epoch=${epoch}`;
  await call(worker, { method: 'DELETE', path: `${pathOf(cameraId)}${query}`, signal });
}

/** Connects a camera and waits for its first frame. @throws AppError, the worker's own among them */
export async function connectCamera(worker: WorkerTarget, camera: DesiredCamera): Promise<void> {
  await call(worker, {
    method: 'POST',
    path: '/internal/connect',
    json: camera,
    timeoutMs: CONNECT_TIMEOUT_MS,
  });
}

/** Connects for the time of one picture; nothing is kept. @throws AppError, the worker's own among them */
export async function testCamera(
  worker: WorkerTarget,
  source: CameraSource,
  signal: AbortSignal,
): Promise<CameraTestResult> {
  return call(worker, {
    method: 'POST',
    path: '/internal/test',
    json: { source },
    signal,
    timeoutMs: CONNECT_TIMEOUT_MS,
    schema: cameraTestResultSchema,
  });
}

function pathOf(cameraId: string): string {
  return `/internal/cameras/${encodeURIComponent(cameraId)}`;
}
