/** Connects a camera as a worker does, watches it in every way that counts, and writes down what is seen. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import { splitNals } from '#shared/media/annex-b.ts';
import { factsOf } from '#shared/media/nal-facts.ts';
import { Redactor } from '#shared/redact.ts';
import { CAMERA_TIMINGS } from '../../../workers/rtsp/camera/camera-connection.ts';
import { CameraSet } from '../../../workers/rtsp/camera/camera-set.ts';
import { cameraStatus } from '../../../workers/rtsp/camera/camera-status.ts';
import { ConnectLimiter } from '../../../workers/rtsp/camera/connect-limiter.ts';
import { Ffmpeg } from '../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { SampleStream } from '../../../workers/rtsp/outputs/mp4/sample-stream.ts';
import { createHttpSource } from '../../../workers/rtsp/source/http/http-source.ts';
import { createRtspSource } from '../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { createRunSource } from '../../../workers/rtsp/source/run-source.ts';
import { silentLog } from '../../support/serve.ts';
import type { Clip } from './clips.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};
/** Shorter than in production, so that the corpus is done soon; the relations are the same. */
const TIMINGS = { ...CAMERA_TIMINGS, firstMs: 100, maxMs: 400, stallMs: 2000, firstPacketsMs: 4000 };
const SOURCE_TIMINGS = { dialMs: 2000, answerMs: 1500, describeMs: 4000, keepAliveMs: 25_000 };
const CONNECT_MS = 8000;
const TIMESCALE = 90_000;
const MAX_PIXELS = 64_000_000;

/** What became of a camera. */
export interface Seen {
  /** Code and hint of a connect that failed. */
  failure?: { code: string; message: string; hint: string | undefined };
  seconds: number;
  state?: string;
  width?: number | null;
  /** As the status says: soon after the connect and at the end. */
  firstFrameRate: number;
  frameRate: number;
  packets: number;
  /** Packets that are a picture of the clip, byte for byte. */
  wholePackets: number;
  /** JPEG pictures that a viewer of 30 fps got. */
  pictures: number;
  longestGapMs: number;
  /** Media time in MP4, seconds; undefined when MP4 cannot carry it. */
  mediaS: number | undefined;
  /** Sound in MP4 or beside it. */
  sounds: number;
  reconnects: number;
}

/** Watches a camera for some seconds after its first picture. */
export async function observe(source: RtspSource, clip: Clip, seconds: number): Promise<Seen> {
  const redactor = new Redactor();
  const noVideo = async (): Promise<never> => {
    throw new Error('the corpus has no uploaded videos');
  };
  const rtsp = createRtspSource({ policy: POLICY }, SOURCE_TIMINGS);
  const cameras = new CameraSet(
    {
      runSource: createRunSource({ rtsp, http: createHttpSource({ policy: POLICY }), video: noVideo }),
      media: new Ffmpeg({ maxPixels: MAX_PIXELS, log: silentLog }).media,
      maxPixels: MAX_PIXELS,
      limiter: new ConnectLimiter(),
      redactor,
      log: silentLog,
      timings: TIMINGS,
    },
    CONNECT_MS,
  );
  try {
    await cameras.connect({ cameraId: 'field', source });
    return await watch(cameras, clip, seconds);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, hint } = error;
    return { ...nothing(seconds), failure: { code, message, hint } };
  } finally {
    await cameras.close();
  }
}

async function watch(cameras: CameraSet, clip: Clip, seconds: number): Promise<Seen> {
  const seen = nothing(seconds);
  const known = new Set(clip.units.map((unit) => pictureOf(clip, unit)));
  let lastAt = performance.now();
  const note = (): void => {
    const now = performance.now();
    seen.longestGapMs = Math.max(seen.longestGapMs, now - lastAt);
    lastAt = now;
  };
  const pictures = cameras.subscribe('field', { fps: 30, width: undefined, quality: 50 }, () => {
    seen.pictures += 1;
    note();
  });
  let isLive = false;
  const packets = cameras.subscribePackets('field', {
    onTrack: () => {},
    onRemoved: () => {},
    onFailure: () => {},
    onAudio: () => {
      seen.sounds += 1;
    },
    onPacket: ({ data }) => {
      if (!isLive) return;
      seen.packets += 1;
      const unit = clip.codec === 'mjpeg' ? [data] : splitNals(data);
      if (known.has(pictureOf(clip, unit))) seen.wholePackets += 1;
    },
  });
  const mp4 = clip.codec === 'mjpeg' ? undefined : watchMedia(cameras);
  isLive = true;
  const camera = cameras.get('field');
  await delay(500);
  seen.firstFrameRate = cameraStatus(camera).frameRate;
  await delay(seconds * 1000 - 500);
  note();
  const { state, width, frameRate, reconnects } = cameraStatus(camera);
  pictures.close();
  packets.close();
  return { ...seen, state, width, frameRate, reconnects, mediaS: mp4?.close() };
}

/** Media time that MP4 is given from now on. */
function watchMedia(cameras: CameraSet): { close(): number | undefined } {
  let ticks = 0;
  let isCounting = false;
  let isUnsupported = false;
  const stream = new SampleStream(
    {
      onFormat: () => {},
      onSample: ({ duration }) => {
        if (isCounting) ticks += duration;
      },
      onSound: () => {},
      onUnsupported: () => {
        isUnsupported = true;
      },
      onRemoved: () => {},
      onFailure: () => {},
    },
    { codecs: [] },
  );
  const subscription = cameras.subscribePackets('field', stream);
  isCounting = true;
  return {
    close: () => {
      subscription.close();
      stream.close();
      return isUnsupported ? undefined : ticks / TIMESCALE;
    },
  };
}

/** The slices of a picture as text, or the whole JPEG. */
function pictureOf({ codec }: Clip, unit: readonly Buffer[]): string {
  if (codec === 'mjpeg') return '';
  const slices = unit.filter((nal) => factsOf(codec, nal).isSlice);
  return slices.map((nal) => nal.toString('base64')).join();
}

function nothing(seconds: number): Seen {
  return {
    seconds,
    firstFrameRate: 0,
    frameRate: 0,
    packets: 0,
    wholePackets: 0,
    pictures: 0,
    longestGapMs: 0,
    mediaS: 0,
    sounds: 0,
    reconnects: 0,
  };
}
