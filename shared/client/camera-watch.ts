/** One viewer of one camera: options, newest frame, state. */
import type { Detections, Frame } from './frame.ts';
import { NewestSlot } from './newest-slot.ts';
import { isNews, stateOf, type WatchFault, type WatchState } from './watch-state.ts';

/** Options of a viewer. */
export interface WatchOptions {
  /** Frames a second, 0.1 to 60, default 15. Viewers of one camera share the highest. */
  fps?: number | undefined;
  /** Pixels; default as sent by the camera, at most 1920x1080. */
  width?: number | undefined;
  /** JPEG quality, 1 to 100, default 80. */
  quality?: number | undefined;
  /** Called on every change of the state. */
  onState?: ((state: WatchState) => void) | undefined;
  /** Called with detections, for cameras with analysis. */
  onDetections?: ((detections: Detections) => void) | undefined;
}

/** May return a promise; the next frame waits for it, and frames in between are skipped. */
export type FrameConsumer = (frame: Frame) => unknown;

/** A viewer's handle. */
export interface CameraWatch {
  readonly cameraId: string;
  readonly state: WatchState;
  /** Frames skipped because the consumer was busy. */
  readonly skipped: number;
  /** Stops the frames until resumed. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Subscription that serves all viewers of a camera. */
export interface Subscription {
  fps: number;
  width: number | undefined;
  quality: number | undefined;
  detections: boolean;
}

/** Connection of a viewer to its stream. */
export interface WatchHost {
  /** Whether frames are wanted at all now. */
  isPaused(): boolean;
  /** Fault of the connection to the gateway. */
  fault(): WatchFault | undefined;
  /** Called when the viewer's subscription starts, changes or ends. */
  onChange(watch: Watch): void;
}

const DEFAULT_FPS = 15;
const DEFAULT_QUALITY = 80;
/** Tolerance for irregular frames, as a share of the frame interval. */
const EARLY = 0.25;

/** A viewer inside the stream. */
export class Watch implements CameraWatch {
  readonly cameraId: string;
  readonly #options: WatchOptions;
  readonly #host: WatchHost;
  readonly #slot: NewestSlot<Frame>;
  #isPaused = false;
  #isClosed = false;
  #lastAt: number | undefined;
  /** Capture time of the next frame to show, Unix seconds. */
  #due = 0;
  #cameraFault: WatchFault | undefined;
  #state: WatchState = { kind: 'connecting', ageMs: undefined, fault: undefined };

  constructor(cameraId: string, options: WatchOptions, onFrame: FrameConsumer, host: WatchHost) {
    this.cameraId = cameraId;
    this.#options = options;
    this.#host = host;
    this.#slot = new NewestSlot((frame) => onFrame(frame));
  }

  get state(): WatchState {
    return this.#now();
  }

  get skipped(): number {
    return this.#slot.skipped;
  }

  /** Wanted subscription; undefined while paused. */
  get subscription(): Subscription | undefined {
    if (this.#isPaused || this.#isClosed) return undefined;
    const { fps = DEFAULT_FPS, width, quality, onDetections } = this.#options;
    return { fps, width, quality, detections: onDetections !== undefined };
  }

  pause(): void {
    this.#isPaused = true;
    this.#slot.clear();
    this.#host.onChange(this);
    this.refresh();
  }

  resume(): void {
    this.#isPaused = false;
    this.#host.onChange(this);
    this.refresh();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#slot.clear();
    this.#host.onChange(this);
    this.refresh();
  }

  /** Takes a frame. @param rate frames a second that the camera's viewers share */
  take(frame: Frame, rate: number): void {
    this.#lastAt = performance.now();
    this.#cameraFault = undefined;
    if (this.#isDue(frame.timestamp, rate)) this.#slot.offer(frame);
    this.refresh();
  }

  detected(detections: Detections): void {
    this.#options.onDetections?.(detections);
  }

  /** Sets the camera's fault; undefined if none is known. */
  blame(fault: WatchFault | undefined): void {
    this.#cameraFault = fault;
    this.refresh();
  }

  /** Notifies the viewer of changes, of age too. */
  refresh(): void {
    const state = this.#now();
    if (!isNews(this.#state, state)) return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  /** A viewer that shares a camera with a faster one gets no more than it asked for. */
  #isDue(timestamp: number, rate: number): boolean {
    const { fps = DEFAULT_FPS } = this.#options;
    if (fps >= rate) return true;
    const period = 1 / fps;
    // A clock that was set back must not stop the picture.
    const isBefore = timestamp < this.#due - EARLY / rate && timestamp > this.#due - 2 * period;
    if (isBefore) return false;
    const isOnTime = Math.abs(timestamp - this.#due) < period;
    this.#due = (isOnTime ? this.#due : timestamp) + period;
    return true;
  }

  #now(): WatchState {
    return stateOf({
      isClosed: this.#isClosed,
      isPaused: this.#isPaused || this.#host.isPaused(),
      ageMs: this.#lastAt === undefined ? undefined : performance.now() - this.#lastAt,
      fps: this.#options.fps ?? DEFAULT_FPS,
      fault: this.#host.fault() ?? this.#cameraFault,
    });
  }
}

/** Merges the viewers of a camera into one subscription; undefined when all are paused. */
export function mergeSubscriptions(watches: Iterable<Watch>): Subscription | undefined {
  const desired = [...watches].flatMap(({ subscription }) =>
    subscription === undefined ? [] : [subscription],
  );
  if (desired.length === 0) return undefined;
  const largest = (values: (number | undefined)[]): number | undefined =>
    values.includes(undefined) ? undefined : Math.max(...(values as number[]));
  return {
    fps: Math.max(...desired.map(({ fps }) => fps)),
    width: largest(desired.map(({ width }) => width)),
    quality: Math.max(...desired.map(({ quality }) => quality ?? DEFAULT_QUALITY)),
    detections: desired.some(({ detections }) => detections),
  };
}
