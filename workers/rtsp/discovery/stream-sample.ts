/** Plays a stream for a few seconds, to tell what it is and show a picture of it. */
import type { AddressedSource } from '#shared/camera-source.ts';
import type { AppError } from '#shared/errors.ts';
import { Camera, type CameraDependencies } from '../camera/camera.ts';
import type { SequencedPacket } from '../packets/gop-cache.ts';
import { PacketHub } from '../packets/packet-hub.ts';
import { PictureHub } from '../pictures/picture-hub.ts';

/** What was seen of a stream. */
export interface StreamSample {
  codec: string | undefined;
  width: number | undefined;
  height: number | undefined;
  fps: number | undefined;
  keyframeIntervalMs: number | undefined;
  hasBFrames: boolean;
  /** JPEG. */
  picture: Buffer | undefined;
  /** Why there is no picture. */
  failure: AppError | undefined;
}

/** In log lines; no camera can be called so. */
const SAMPLE_ID = '(probe)';
const PREVIEW = { width: 640, quality: 75 };
/** For connection and first picture. */
const PICTURE_MS = 8000;
/** Keyframes are rarely further apart. */
const WATCH_MS = 4000;
/** A session may begin with a burst of what the camera kept; the rate is measured after it. */
const BURST_MS = 400;
const RATE_MS = 1000;

/** Plays a stream; always ends, within 12 s. @param signal ends it early @param watchMs for rate and keyframes */
export async function sampleStream(
  source: AddressedSource,
  dependencies: CameraDependencies,
  signal: AbortSignal,
  watchMs = WATCH_MS,
): Promise<StreamSample> {
  const camera = new Camera(SAMPLE_ID, source, dependencies);
  const rate = new PacketWatch();
  const hub = new PacketHub();
  hub.subscribe(rate);
  camera.attach(new PictureHub(), hub);
  const end = Promise.withResolvers<void>();
  const stop = (): void => end.resolve();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const late = setTimeout(stop, PICTURE_MS);
  let failure: AppError | undefined;
  try {
    camera.start('client');
    const picture = await Promise.race([
      camera.firstPicture(PREVIEW).catch((error: AppError) => {
        failure = error;
        return undefined;
      }),
      end.promise.then(() => undefined),
    ]);
    if (picture !== undefined) await Promise.race([rate.isKnown.promise, end.promise, elapsed(watchMs)]);
    const size = camera.size ?? picture?.facts;
    return {
      codec: camera.codec,
      width: size?.width,
      height: size?.height,
      ...rate.facts(),
      picture: picture?.bytes,
      failure,
    };
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    await camera.close();
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Measures what arrives once the burst is over with which a session may begin. */
class PacketWatch {
  /** Resolves when rate and keyframes are known. */
  readonly isKnown = Promise.withResolvers<void>();
  readonly #arrivals: number[] = [];
  /** Places of keyframes among the packets. */
  readonly #keyframes: number[] = [];
  #lastTimeMs = 0;
  #hasBFrames = false;

  onTrack(): void {}
  onRemoved(): void {}
  onFailure(): void {}

  onPacket({ mediaTimeMs, keyframe }: SequencedPacket): void {
    const now = performance.now();
    this.#hasBFrames ||= mediaTimeMs < this.#lastTimeMs;
    this.#lastTimeMs = mediaTimeMs;
    if (keyframe) this.#keyframes.push(this.#arrivals.length);
    this.#arrivals.push(now);
    const isLongEnough = now - (this.#arrivals[0] as number) > BURST_MS + RATE_MS;
    if (isLongEnough && this.#keyframes.length >= 2) this.isKnown.resolve();
  }

  facts(): Pick<StreamSample, 'fps' | 'keyframeIntervalMs' | 'hasBFrames'> {
    const fps = this.#rate();
    const [first = 0, second] = this.#keyframes;
    const isMeasured = fps !== undefined && second !== undefined;
    return {
      fps: fps && Math.round(fps * 10) / 10,
      keyframeIntervalMs: isMeasured ? Math.round(((second - first) * 1000) / fps) : undefined,
      hasBFrames: this.#hasBFrames,
    };
  }

  #rate(): number | undefined {
    const [begin = 0] = this.#arrivals;
    const steady = this.#arrivals.filter((arrival) => arrival > begin + BURST_MS);
    const spanMs = (steady.at(-1) ?? 0) - (steady[0] ?? 0);
    return spanMs > 0 ? ((steady.length - 1) * 1000) / spanMs : undefined;
  }
}
