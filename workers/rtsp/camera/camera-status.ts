/** `GET /api/cameras/:id/status` (docs/contract.md, section 1). */
import type { CameraStatus } from '#shared/contract/status.ts';
import { AppError } from '#shared/errors.ts';
import type { Camera } from './camera.ts';
import type { StreamChoice } from './stream-choice.ts';
import { isConnected } from './stream-status.ts';

/** What is known of a camera now; free of secrets. */
export function cameraStatus(main: Camera, choice?: StreamChoice): CameraStatus {
  const camera = choice?.shown(main) ?? main;
  const streams = choice?.streams(main);
  const { connection } = camera;
  const { meter } = connection;
  const reason = connection.reason ?? (camera.isQuarantined ? quarantined() : undefined);
  const lastAt = meter.lastPacketAt;
  return {
    cameraId: camera.id,
    connected: isConnected(camera),
    state: connection.state,
    frameRate: Math.round(meter.frameRate() * 10) / 10,
    lastFrameTime: lastAt === undefined ? null : lastAt / 1000,
    frameCount: meter.packets,
    codec: camera.codec ?? null,
    width: camera.size?.width ?? null,
    height: camera.size?.height ?? null,
    transport: 'transport' in camera.source ? camera.source.transport : null,
    viewers: choice?.viewersOf(main) ?? main.viewers,
    reconnects: connection.reconnects,
    ...(streams === undefined ? {} : { streams }),
    ...(reason === undefined ? {} : { reason: reason.code, detail: reason.message, hint: reason.hint }),
    ...(connection.nextRetryAt === undefined ? {} : { nextRetryAt: connection.nextRetryAt / 1000 }),
  };
}

/** A camera that is live tells it too: it is tried apart from the others. */
function quarantined(): AppError {
  return new AppError('camera-quarantined', 'The camera broke its worker twice and runs in one of its own');
}
