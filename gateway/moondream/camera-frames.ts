/** Takes the newest frame of a camera from the worker that runs it. */
import got from 'got';
import { AppError } from '#shared/errors.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { errorFrom, toCallError, type WorkerTarget } from '../worker-access/client.ts';
import type { CameraFrame, FrameSource } from './frame-source.ts';
import { jpegSize } from './jpeg-size.ts';

/** What is needed to find cameras. */
export interface CameraFramesOptions {
  owners: { get(cameraId: string): WorkerTarget };
  /** Whether the gateway knows a camera. */
  isKnown: (cameraId: string) => boolean;
}

/** Older frames are not asked about, milliseconds. */
const MAX_AGE_MS = 3000;
const TIMEOUT_MS = 5000;

/** Frames of the cameras of this gateway. */
export class CameraFrames implements FrameSource {
  readonly #options: CameraFramesOptions;

  constructor(options: CameraFramesOptions) {
    this.#options = options;
  }

  async newest(
    cameraId: string,
    { maxSide, signal }: { maxSide: number; signal?: AbortSignal },
  ): Promise<CameraFrame> {
    const { owners, isKnown } = this.#options;
    if (!isKnown(cameraId)) throw new AppError('camera-not-found', `No camera ${cameraId}`);
    const worker = owners.get(cameraId);
    const frame = await fetchFrame(worker, cameraId, maxSide, signal);
    if (frame.height <= maxSide) return frame;
    // The camera stands upright: workers are told a width only.
    const width = Math.max(2, Math.floor((frame.width * maxSide) / frame.height));
    return fetchFrame(worker, cameraId, width, signal);
  }
}

async function fetchFrame(
  { name, origin, token }: WorkerTarget,
  cameraId: string,
  width: number,
  signal: AbortSignal | undefined,
): Promise<CameraFrame> {
  try {
    const response = await got(`${origin}/api/cameras/${encodeURIComponent(cameraId)}/frame`, {
      searchParams: { width, maxAgeMs: MAX_AGE_MS },
      headers: { [TOKEN_HEADER]: token },
      responseType: 'buffer',
      ...(signal === undefined ? {} : { signal }),
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      timeout: { request: TIMEOUT_MS },
    });
    const { buffer, byteOffset, byteLength } = response.body;
    const body = Buffer.from(buffer, byteOffset, byteLength);
    if (response.statusCode === 200) return readFrame(body, response.headers);
    throw errorFrom(JSON.parse(body.toString()), response.statusCode, name);
  } catch (error) {
    throw toCallError(error, name);
  }
}

function readFrame(jpeg: Buffer, headers: Record<string, string | string[] | undefined>): CameraFrame {
  const size = jpegSize(jpeg);
  const [sequence, timestamp, ageMs] = ['sequence', 'timestamp', 'age-ms'].map((name) =>
    Number(headers[`x-frame-${name}`] ?? Number.NaN),
  ) as [number, number, number];
  if (size === undefined || [sequence, timestamp, ageMs].some(Number.isNaN)) {
    throw new AppError('worker-failed', 'The camera process answered without a whole picture');
  }
  return { jpeg, sequence, timestamp, ageMs, ...size };
}
