/** `GET /api/cameras/:id/status` (docs/contract.md, section 1). */
import type { CameraStatus, SlowedStatus } from '#shared/contract/status.ts';
import { AppError } from '#shared/errors.ts';
import type { Slowed } from '../pictures/pipeline-options.ts';
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
  const slowed = choice?.slowed(main) ?? main.slowed;
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
    ...(slowed === undefined ? {} : { slowed: slowedStatus(slowed) }),
    ...(streams === undefined ? {} : { streams }),
    ...(reason === undefined ? {} : { reason: reason.code, detail: reason.message, hint: reason.hint }),
    ...(connection.nextRetryAt === undefined ? {} : { nextRetryAt: connection.nextRetryAt / 1000 }),
  };
}

/** What clients are told of pictures that are fewer or lesser than asked for. */
export function slowedStatus({ reason, since, stream }: Slowed): SlowedStatus {
  return { reason, detail: stream === 'sub' ? SPARED : SLOWED[reason], since: since / 1000 };
}

const SPARED = 'No memory to decode the main stream: viewers get pictures of the sub stream';

const SLOWED: Record<Slowed['reason'], string> = {
  memory: 'No memory for another decoder: only keyframes are decoded, cameras take turns',
  processor: 'Decoding cannot keep up: pictures are decoded in lower quality, some are left out',
};

/** A camera that is live tells it too: it is tried apart from the others. */
function quarantined(): AppError {
  return new AppError('camera-quarantined', 'The camera broke its worker twice and runs in one of its own');
}
