/** Cameras of the status stream with their states in words. */
import type { CameraStatus } from '#shared/client/api-types.ts';
import type { App } from './app-state.ts';
import { type CameraWords, describeCamera, describeGone } from './camera-words.ts';
import type { ShownCamera } from './status.ts';

/** A camera with its status. */
export interface CameraEntry {
  camera: ShownCamera;
  status: CameraStatus | null | undefined;
  words: CameraWords;
}

/** Every camera, in order. */
export function cameraEntries(app: App): CameraEntry[] {
  return app.state.gateway.ids.flatMap((id) => cameraEntry(app, id) ?? []);
}

/** One camera; undefined for an unknown id. */
export function cameraEntry(app: App, id: string): CameraEntry | undefined {
  const { cameras, statuses, workers } = app.state.gateway;
  const camera = cameras.get(id);
  if (camera === undefined) return undefined;
  const status = statuses.get(id);
  const worker = workers.find(({ name }) => name === camera.worker);
  const words = app.isGone
    ? describeGone(Date.now() - app.state.heardAt)
    : describeCamera({ camera, status, worker, now: app.now });
  return { camera, status, words };
}

/** Cameras that need attention. */
export function troubledCameras(app: App): CameraEntry[] {
  return cameraEntries(app).filter(({ words }) => words.tone === 'bad');
}
