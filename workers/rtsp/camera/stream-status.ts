/** Each source of a camera in its status. */
import type { CameraStatus } from '#shared/contract/status.ts';
import type { Camera } from './camera.ts';

/** `connected` means that a frame came within this time, milliseconds. */
export const CONNECTED_WITHIN_MS = 3000;

export type StreamStatus = NonNullable<CameraStatus['streams']>[number];

/** @param camera undefined where the source is not connected */
export function streamStatus(name: StreamStatus['name'], camera: Camera | undefined): StreamStatus {
  return {
    name,
    connected: camera !== undefined && isConnected(camera),
    codec: camera?.codec ?? null,
    width: camera?.size?.width ?? null,
    height: camera?.size?.height ?? null,
  };
}

/** Whether pictures come. */
export function isConnected({ connection }: Camera): boolean {
  return connection.meter.ageMs() <= CONNECTED_WITHIN_MS && connection.state !== 'stalled';
}
