/** Plays a pasted `http://` address: MJPEG, or one picture for each request. */
import type { ProbeTarget } from '#shared/contract/probe.ts';
import type { HttpSource } from '#shared/contract/source/http.ts';
import { AppError } from '#shared/errors.ts';
import type { CameraDependencies } from '../camera/camera.ts';
import { type StreamSample, sampleStream } from './stream-sample.ts';

/** Pictures that an address gives. */
export interface PlayedPictures {
  source: HttpSource;
  sample: StreamSample;
}

/** The address of a web page shows no picture; the camera behind it is then looked for. */
const NO_PICTURES = ['camera-no-video-track', 'camera-redirected', 'camera-protocol-error'];

/**
 * What the address shows; undefined where it names no path, or shows no pictures.
 * @throws AppError `camera-*` where the address may be that of pictures, but cannot be played now
 */
export async function playPasted(
  { web, host, username, password }: ProbeTarget,
  camera: CameraDependencies,
  signal: AbortSignal,
): Promise<PlayedPictures | undefined> {
  if (web?.path === undefined) return undefined;
  const { secure, port, path } = web;
  const source: HttpSource = { kind: 'http', secure, host, port, path, username, password };
  const sample = await sampleStream(source, camera, signal);
  if (sample.picture !== undefined) return { source, sample };
  const failure = sample.failure ?? new AppError('camera-no-frames', 'No picture came in time');
  if (NO_PICTURES.includes(failure.code)) return undefined;
  throw failure;
}
