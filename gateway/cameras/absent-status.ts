/** The status of a camera that no worker could be asked about. */
import type { CameraStatus } from '#shared/contract/status.ts';
import type { AppError } from '#shared/errors.ts';

/** @param error why it is not live */
export function absentStatus(cameraId: string, error: AppError): CameraStatus {
  return {
    ...connectingStatus(cameraId),
    state: 'reconnecting',
    reason: error.code,
    detail: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

/** The status of a camera that its worker is being told of. */
export function connectingStatus(cameraId: string): CameraStatus {
  return {
    cameraId,
    connected: false,
    state: 'connecting',
    frameRate: 0,
    lastFrameTime: null,
    frameCount: 0,
    codec: null,
    width: null,
    height: null,
    transport: null,
    viewers: 0,
    reconnects: 0,
  };
}
