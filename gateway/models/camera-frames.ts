/** Fetches the newest frame of a camera from its worker. */
import { AppError } from '#shared/errors.ts';
import { jpegSize } from '#shared/media/jpeg-size.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { pass, type WorkerAnswer } from '../worker-access/client.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';
import { answerError } from '../worker-access/worker-error.ts';
import type { CameraFrame, FrameSource, FrameWish } from './frame-source.ts';

/** Oldest frame to ask about, milliseconds. */
const MAX_AGE_MS = 3000;

/** Frames of the cameras of this gateway. */
export class CameraFrames implements FrameSource {
  readonly #routing: Pick<CameraRouting, 'resolve'>;

  constructor(routing: Pick<CameraRouting, 'resolve'>) {
    this.#routing = routing;
  }

  async newest(cameraId: string, wish: FrameWish): Promise<CameraFrame> {
    const { maxSide } = wish;
    const worker = this.#routing.resolve(cameraId);
    const frame = await fetchFrame(worker, cameraId, maxSide, wish);
    if (frame.height <= maxSide) return frame;
    // A portrait picture: workers scale by width only.
    const width = Math.max(2, Math.floor((frame.width * maxSide) / frame.height));
    return fetchFrame(worker, cameraId, width, wish);
  }
}

async function fetchFrame(
  worker: WorkerTarget,
  cameraId: string,
  width: number,
  { area, signal }: FrameWish,
): Promise<CameraFrame> {
  const part = area === undefined ? '' : `&area=${area.join(',')}`;
  const path = `/api/cameras/${encodeURIComponent(cameraId)}/frame?width=${width}&maxAgeMs=${MAX_AGE_MS}${part}`;
  const answer = await pass(worker, { method: 'GET', path, signal });
  if (answer.status !== 200) throw answerError(answer, worker.name);
  return readFrame(answer);
}

function readFrame({ body: jpeg, headers }: WorkerAnswer): CameraFrame {
  const size = jpegSize(jpeg);
  const [sequence, timestamp, ageMs] = ['sequence', 'timestamp', 'age-ms'].map((name) =>
    Number(headers[`x-frame-${name}`] ?? Number.NaN),
  ) as [number, number, number];
  if (size === undefined || [sequence, timestamp, ageMs].some(Number.isNaN)) {
    throw new AppError('worker-failed', 'The camera process answered without a whole picture');
  }
  return { jpeg, sequence, timestamp, ageMs, ...size };
}
