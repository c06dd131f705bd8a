/** Fetches frames of a camera from its worker: the newest, or one that it keeps. */
import { AppError } from '#shared/errors.ts';
import { jpegSize } from '#shared/media/jpeg-size.ts';
import { RECORDING_PATH } from '#shared/recording-link.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { pass, type WorkerAnswer } from '../worker-access/client.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';
import { answerError } from '../worker-access/worker-error.ts';
import type { CameraFrame, FrameSource, FrameWish } from './frame-source.ts';

/** Oldest frame to ask about unless an older one is wished, milliseconds. */
const MAX_AGE_MS = 3000;
/** Errors of a worker that keeps nothing of a time, or nothing at all. */
const NOT_KEPT: ReadonlySet<string> = new Set(['not-found', 'no-frame-yet']);

/** Frames of the cameras of this gateway. */
export class CameraFrames implements FrameSource {
  readonly #routing: Pick<CameraRouting, 'resolve'>;

  constructor(routing: Pick<CameraRouting, 'resolve'>) {
    this.#routing = routing;
  }

  async newest(cameraId: string, wish: FrameWish): Promise<CameraFrame> {
    const path = `/api/cameras/${encodeURIComponent(cameraId)}/frame?maxAgeMs=${wish.maxAgeMs ?? MAX_AGE_MS}`;
    return this.#fetch(cameraId, path, wish);
  }

  async kept(cameraId: string, at: number, wish: FrameWish): Promise<CameraFrame | undefined> {
    const path = `${RECORDING_PATH}/${encodeURIComponent(cameraId)}/picture?at=${Math.round(at)}`;
    try {
      return await this.#fetch(cameraId, path, wish);
    } catch (error) {
      if (error instanceof AppError && NOT_KEPT.has(error.code)) return undefined;
      throw error;
    }
  }

  async #fetch(cameraId: string, path: string, wish: FrameWish): Promise<CameraFrame> {
    const { maxSide } = wish;
    const worker = this.#routing.resolve(cameraId);
    const frame = await fetchFrame(worker, path, maxSide, wish);
    if (frame.height <= maxSide) return frame;
    // A portrait picture: workers scale by width only.
    const width = Math.max(2, Math.floor((frame.width * maxSide) / frame.height));
    return fetchFrame(worker, path, width, wish);
  }
}

async function fetchFrame(
  worker: WorkerTarget,
  path: string,
  width: number,
  { area, signal }: FrameWish,
): Promise<CameraFrame> {
  const part = area === undefined ? '' : `&area=${area.join(',')}`;
  const answer = await pass(worker, { method: 'GET', path: `${path}&width=${width}${part}`, signal });
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
