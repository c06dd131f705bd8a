/** Plays a stream for a few seconds, to tell what it is and show a picture of it. */
import type { AddressedSource } from '#shared/camera-source.ts';
import type { AppError } from '#shared/errors.ts';
import { Camera, type CameraDependencies } from '../camera/camera.ts';
import { PacketHub } from '../packets/packet-hub.ts';
import { PictureHub } from '../pictures/picture-hub.ts';
import { type PacketFacts, PacketWatch } from './packet-watch.ts';

/** What was seen of a stream. */
export interface StreamSample extends PacketFacts {
  codec: string | undefined;
  width: number | undefined;
  height: number | undefined;
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
