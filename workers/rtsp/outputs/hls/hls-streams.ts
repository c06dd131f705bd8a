/** The HLS streams of a worker: each begins with the first request and ends after a time without requests. */
import type { CameraSet } from '../../camera/camera-set.ts';
import { type SampleSink, SampleStream } from '../mp4/sample-stream.ts';
import { HLS_TIMINGS, HlsStream, type HlsTimings } from './hls-stream.ts';

export interface HlsStreamsOptions {
  cameras: Pick<CameraSet, 'get' | 'subscribePackets'>;
  /** A stream ends after this time without requests, milliseconds; longer than a request may wait. */
  idleMs?: number;
  timings?: HlsTimings;
}

const IDLE_MS = 15_000;
/** Segments follow the camera's keyframes within these bounds, seconds. */
const MIN_TARGET_S = 2;
const MAX_TARGET_S = 6;
/**
 * A stream that begins anew has a timeline of its own, which players tell by the
 * discontinuity number. It stays small: hls.js keeps an array by it.
 */
const DISCONTINUITY_STEP_S = 10;
const DISCONTINUITY_STEPS = 8640;
/** Until a second keyframe has come. */
const DEFAULT_TARGET_S = 4;
/** Opus is in no list of what Apple's players take in HLS, and with it they would play nothing at all. */
const SOUND = { codecs: ['aac'] } as const;

interface Running {
  stream: HlsStream;
  subscription: { close(): void };
  idle: NodeJS.Timeout;
}

/** Streams by camera id. */
export class HlsStreams {
  readonly #options: HlsStreamsOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: HlsStreamsOptions) {
    this.#options = options;
  }

  /** Cameras that are segmented now. */
  get size(): number {
    return this.#running.size;
  }

  /** The stream of a camera for one more request. @throws AppError `camera-not-found` */
  get(cameraId: string): HlsStream {
    const camera = this.#options.cameras.get(cameraId);
    const running =
      this.#running.get(cameraId) ??
      this.#start(cameraId, targetOf(camera.connection.meter.keyframeIntervalMs));
    running.idle.refresh();
    return running.stream;
  }

  /** Ends all streams. */
  close(): void {
    for (const cameraId of [...this.#running.keys()]) this.#end(cameraId);
  }

  #start(cameraId: string, targetDuration: number): Running {
    const { cameras, idleMs, timings } = this.#options;
    // Seconds since 1970: a segment lasts a second or more, so that no number comes twice for a player that stayed.
    const firstSequence = Math.floor(Date.now() / 1000);
    const firstDiscontinuity = Math.floor(firstSequence / DISCONTINUITY_STEP_S) % DISCONTINUITY_STEPS;
    const stream = new HlsStream(
      { firstSequence, firstDiscontinuity, targetDuration },
      timings ?? HLS_TIMINGS,
    );
    const sink: SampleSink = {
      onFormat: (format, sound) => stream.onFormat(format, sound),
      onSample: (sample) => stream.onSample(sample),
      onSound: (sound) => stream.onSound(sound),
      onUnsupported: (error) => stream.onUnsupported(error),
      onFailure: (error) => {
        this.#end(cameraId);
        stream.onFailure(error);
      },
      onRemoved: () => {
        this.#end(cameraId);
        stream.onRemoved();
      },
    };
    const samples = new SampleStream(sink, SOUND);
    const idle = setTimeout(() => this.#end(cameraId), idleMs ?? IDLE_MS);
    const running = { stream, subscription: cameras.subscribePackets(cameraId, samples), idle };
    // What was replayed may have ended it already.
    if (stream.hasFailed) clearTimeout(idle);
    else this.#running.set(cameraId, running);
    stream.goLive();
    return running;
  }

  #end(cameraId: string): void {
    const running = this.#running.get(cameraId);
    this.#running.delete(cameraId);
    clearTimeout(running?.idle);
    running?.subscription.close();
  }
}

function targetOf(keyframeIntervalMs: number | undefined): number {
  if (keyframeIntervalMs === undefined) return DEFAULT_TARGET_S;
  return Math.min(MAX_TARGET_S, Math.max(MIN_TARGET_S, Math.round(keyframeIntervalMs / 1000)));
}
