/** Fetches a camera's newest picture from its RTSP worker, for detectors and events. */
import got from 'got';
import { DEFAULT_QUALITY } from '#shared/frames/subscription.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { FrameOrigin } from './frame-link.ts';

/** A whole picture of a camera. */
export interface StillPicture {
  jpeg: Buffer;
  /** Capture time, Unix seconds. */
  timestamp: number;
}

/** Large enough to recognise a face, small enough to encode in milliseconds. */
const WIDTH = 1280;
const TIMEOUT_MS = 3000;
/** An older picture does not show what was detected. */
const MAX_AGE_MS = 1000;

/** The newest picture, from frames the worker has in memory. @throws Error if none comes in time */
export async function fetchStill({ origin, token }: FrameOrigin, cameraId: string): Promise<StillPicture> {
  const query = new URLSearchParams({
    width: String(WIDTH),
    quality: String(DEFAULT_QUALITY),
    maxAgeMs: String(MAX_AGE_MS),
  });
  const response = await got(`${origin}/api/cameras/${encodeURIComponent(cameraId)}/frame?${query}`, {
    headers: { [TOKEN_HEADER]: token },
    responseType: 'buffer',
    retry: { limit: 0 },
    timeout: { request: TIMEOUT_MS },
    followRedirect: false,
  });
  return {
    jpeg: Buffer.from(response.body),
    timestamp: Number(response.headers['x-frame-timestamp'] ?? Date.now() / 1000),
  };
}
