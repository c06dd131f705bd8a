/** Connects a camera over HTTP as a worker does, and asks for what clients ask for. */
import type { HttpSource } from '#shared/contract/source/http.ts';
import { Redactor } from '#shared/redact.ts';
import { CAMERA_TIMINGS } from '../../../workers/rtsp/camera/camera-connection.ts';
import { CameraSet } from '../../../workers/rtsp/camera/camera-set.ts';
import { ConnectLimiter } from '../../../workers/rtsp/camera/connect-limiter.ts';
import { Ffmpeg } from '../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { createHttpSource } from '../../../workers/rtsp/source/http/http-source.ts';
import type { RunSource } from '../../../workers/rtsp/source/run-source.ts';
import { silentLog } from '../../support/serve.ts';
import type { HttpCamera } from './http-camera.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};
const TIMINGS = { ...CAMERA_TIMINGS, firstMs: 100, maxMs: 400, stallMs: 2000, firstPacketsMs: 4000 };
const MAX_PIXELS = 64_000_000;
const CONNECT_MS = 8000;

/** Cameras over HTTP, still pictures asked for often so that tests are done soon. */
export function httpCameras(): CameraSet {
  const redactor = new Redactor();
  const http = createHttpSource({ policy: POLICY }, { answerMs: 3000, stillMs: 100 });
  return new CameraSet(
    {
      runSource: http as RunSource,
      media: new Ffmpeg({ maxPixels: MAX_PIXELS, log: silentLog }).media,
      maxPixels: MAX_PIXELS,
      limiter: new ConnectLimiter(),
      redactor,
      log: silentLog,
      timings: TIMINGS,
    },
    CONNECT_MS,
  );
}

/** Where a scripted camera is. */
export function httpSourceOf({ port }: HttpCamera, change: Partial<HttpSource> = {}): HttpSource {
  return {
    kind: 'http',
    secure: false,
    host: '127.0.0.1',
    port,
    path: '/video',
    username: '',
    password: '',
    ...change,
  };
}
