/** The picture of the PTZ camera as a stream: drawn and encoded only while a client plays it. */
import { isDeepStrictEqual } from 'node:util';
import { type AccessUnit, VIDEO_CLOCK_HZ } from '#shared/media/packet.ts';
import { Canvas } from '../scenes/canvas.ts';
import { H264Encoder } from '../scenes/h264-encoder.ts';
import { FrameClock } from '../server/stream/frame-clock.ts';
import type { StreamSource } from '../server/stream/stream-source.ts';
import type { Mount, Pose } from './mount.ts';
import { paintCaption, paintStreet, paintWalker } from './street.ts';
import { View } from './view.ts';

const FRAMES_PER_SECOND = 15;
const SIZE = { width: 960, height: 540 };
/** Short, as of cameras that are steered by eye. */
const KEYFRAME_DISTANCE = FRAMES_PER_SECOND;

/** One stream; subscribing starts it. */
export class LiveSource implements StreamSource {
  readonly codec = 'h264';
  readonly announcedFps = FRAMES_PER_SECOND;
  readonly format = { ...SIZE, framesPerSecond: FRAMES_PER_SECOND };
  readonly isOnDemand = true;
  /** Empty: the stream carries them itself. */
  readonly parameterSets = Buffer.alloc(0);
  readonly #mount: Mount;
  readonly #clock = new FrameClock(FRAMES_PER_SECOND);

  #seconds = 0;

  constructor(mount: Mount) {
    this.#mount = mount;
  }

  /** What the scene's clock shows in the newest picture, seconds. */
  get seconds(): number {
    return this.#seconds;
  }

  subscribe(listener: (unit: AccessUnit) => void): () => void {
    const painter = new Painter(this.#mount);
    const end = this.#clock.subscribe((tick) => {
      this.#seconds = tick / FRAMES_PER_SECOND;
      void painter.paint(tick).then((unit) => unit && listener(unit));
    });
    return () => {
      end();
      painter.close();
    };
  }
}

/** Draws and encodes for one subscription; a picture that is due while one is encoded is left out. */
class Painter {
  readonly #mount: Mount;
  readonly #still = new Canvas(SIZE.width, SIZE.height);
  readonly #canvas = new Canvas(SIZE.width, SIZE.height);
  /** What `#still` shows. */
  #pose: Readonly<Pose> | undefined;
  #encoder: H264Encoder | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(mount: Mount) {
    this.#mount = mount;
  }

  async paint(tick: number): Promise<AccessUnit | undefined> {
    if (this.#isBusy || this.#isClosed) return undefined;
    this.#isBusy = true;
    try {
      this.#encoder ??= await H264Encoder.open({
        ...SIZE,
        framesPerSecond: FRAMES_PER_SECOND,
        keyframeDistance: KEYFRAME_DISTANCE,
      });
      const unit = await this.#encoder.encode(this.#draw(tick));
      return { ...unit, timestamp: Math.round((tick * VIDEO_CLOCK_HZ) / FRAMES_PER_SECOND) };
    } finally {
      this.#isBusy = false;
      if (this.#isClosed) this.#free();
    }
  }

  close(): void {
    this.#isClosed = true;
    if (!this.#isBusy) this.#free();
  }

  #draw(tick: number): Buffer {
    const { pose } = this.#mount;
    const view = new View(pose, SIZE.width, SIZE.height);
    if (!isDeepStrictEqual(pose, this.#pose)) {
      paintStreet(this.#still, view);
      paintCaption(this.#still, 'STREET');
      this.#pose = pose;
    }
    this.#canvas.copyFrom(this.#still);
    paintWalker(this.#canvas, view, tick / FRAMES_PER_SECOND);
    return this.#canvas.bytes;
  }

  #free(): void {
    this.#encoder?.[Symbol.dispose]();
    this.#encoder = undefined;
  }
}
