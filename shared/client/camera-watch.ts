/** One viewer of one camera: its wish, its newest frame, its state. */
import type { Detections, Frame } from './frame.ts';
import { NewestSlot } from './newest-slot.ts';
import { isNews, stateOf, type WatchFault, type WatchState } from './watch-state.ts';

/** What a viewer wants. */
export interface WatchOptions {
  /** Frames a second, 0.1 to 60; 15 unless given. Several viewers of one camera share the highest. */
  fps?: number | undefined;
  /** Pixels; as sent by the camera, at most 1920x1080, unless given. */
  width?: number | undefined;
  /** JPEG quality, 1 to 100; 80 unless given. */
  quality?: number | undefined;
  /** Called with every change of the state. */
  onState?: ((state: WatchState) => void) | undefined;
  /** Called with what analysis found, for cameras that have it switched on. */
  onDetections?: ((detections: Detections) => void) | undefined;
}

/** May return a promise; the next frame waits for it, and those in between are skipped. */
export type FrameConsumer = (frame: Frame) => unknown;

/** A viewer's handle. */
export interface CameraWatch {
  readonly cameraId: string;
  readonly state: WatchState;
  /** Frames that the consumer had no time for. */
  readonly skipped: number;
  /** Stops asking for frames until resumed. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** What the stream asks the gateway for on behalf of viewers. */
export interface Wish {
  fps: number;
  width: number | undefined;
  quality: number | undefined;
  detections: boolean;
}

/** What a viewer needs of the stream that feeds it. */
export interface WatchHost {
  /** Whether frames are wanted at all now. */
  isPaused(): boolean;
  /** What is wrong with the way to the gateway. */
  fault(): WatchFault | undefined;
  /** Called when the viewer's wish came, changed or ended. */
  onChange(watch: Watch): void;
}

const DEFAULT_FPS = 15;
const DEFAULT_QUALITY = 80;
/** Frames do not come at exact distances; in shares of the distance at which they come. */
const EARLY = 0.25;

/** A viewer as the stream sees it. */
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

  /** What it wants now; undefined while it wants nothing. */
  get wish(): Wish | undefined {
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

  /** Learns what is wrong with the camera; undefined: nothing that is known. */
  blame(fault: WatchFault | undefined): void {
    this.#cameraFault = fault;
    this.refresh();
  }

  /** Tells the viewer what has changed, time included. */
  refresh(): void {
    const state = this.#now();
    if (!isNews(this.#state, state)) return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  /** Viewers that share a camera with a faster one get no more than they asked for. */
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

/** One wish that serves all viewers of a camera. @returns undefined when none wants anything */
export function mergeWishes(watches: Iterable<Watch>): Wish | undefined {
  const wishes = [...watches].flatMap(({ wish }) => (wish === undefined ? [] : [wish]));
  if (wishes.length === 0) return undefined;
  const largest = (values: (number | undefined)[]): number | undefined =>
    values.includes(undefined) ? undefined : Math.max(...(values as number[]));
  return {
    fps: Math.max(...wishes.map(({ fps }) => fps)),
    width: largest(wishes.map(({ width }) => width)),
    quality: Math.max(...wishes.map(({ quality }) => quality ?? DEFAULT_QUALITY)),
    detections: wishes.some(({ detections }) => detections),
  };
}
