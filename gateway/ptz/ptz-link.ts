/** The controls of one camera as the gateway itself uses them, through the camera's worker. */
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { ptzStatusSchema } from '#shared/contract/ptz.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';

export type PtzState = z.infer<typeof ptzStatusSchema>;

const POLL_MS = 150;
/** Cameras differ; none that is known needs longer from end to end. */
const LONGEST_TRAVEL_MS = 15_000;
/** Of cameras that do not tell where they look. */
const BLIND_TRAVEL = { degreesPerSecond: 50, restMs: 700 };
/** From the end of a movement to a picture that shows it: exposure, encoding, network, decoding. */
const PICTURE_DELAY_MS = 500;
const MIN_PROGRESS = 0.0005;
const DEFAULT_DEGREES = { pan: [-180, 180], tilt: [-90, 90] } as const;
const STOP_TIMEOUT_MS = 3000;

/** Degrees to the right and up. */
export interface Turn {
  pan: number;
  tilt: number;
}

/** One camera. */
export class PtzLink {
  readonly #cameraId: string;
  readonly #routing: Pick<CameraRouting, 'resolve'>;

  constructor(cameraId: string, routing: Pick<CameraRouting, 'resolve'>) {
    this.#cameraId = cameraId;
    this.#routing = routing;
  }

  /** @throws AppError `ptz-not-configured`, `control-…`, `worker-…`, `camera-not-found` */
  async state(signal: AbortSignal): Promise<PtzState> {
    const worker = this.#routing.resolve(this.#cameraId);
    return await call(worker, { method: 'GET', path: this.#path(''), schema: ptzStatusSchema, signal });
  }

  /** Elevation of the middle of the picture, degrees; 0 where the camera does not tell it. */
  static tiltOf({ position, degrees }: PtzState): number {
    const [low = -90, high = 90] = degrees?.tilt ?? DEFAULT_DEGREES.tilt;
    return position === null ? 0 : low + ((position.tilt + 1) / 2) * (high - low);
  }

  /** Turns by degrees and resolves when the picture shows it. */
  async turn(turn: Turn, state: PtzState, signal: AbortSignal): Promise<void> {
    const pan = shareOf(turn.pan, state.degrees?.pan ?? DEFAULT_DEGREES.pan);
    const tilt = shareOf(turn.tilt, state.degrees?.tilt ?? DEFAULT_DEGREES.tilt);
    await this.#post('/relative', { pan, tilt }, signal);
    await this.#settle(state, Math.max(Math.abs(turn.pan), Math.abs(turn.tilt)), signal);
  }

  /** Travels to a preset and resolves when the picture shows it. */
  async goTo(preset: string, signal: AbortSignal): Promise<void> {
    const state = await this.state(signal);
    await this.#post(`/presets/${encodeURIComponent(preset)}/go`, {}, signal);
    await this.#settle(state, DEFAULT_DEGREES.pan[1], signal);
  }

  /** Moves for at most a second, at shares of full speed from −1 to 1. */
  async drive(speed: Turn, signal: AbortSignal): Promise<void> {
    await this.#post('/move', { ...speed, zoom: 0 }, signal);
  }

  /** Stops, also when a task was cancelled. */
  async stop(): Promise<void> {
    await this.#post('/stop', {}, AbortSignal.timeout(STOP_TIMEOUT_MS));
  }

  async #settle({ position }: PtzState, degrees: number, signal: AbortSignal): Promise<void> {
    if (position === null) {
      await pause((degrees / BLIND_TRAVEL.degreesPerSecond) * 1000 + BLIND_TRAVEL.restMs, undefined, {
        signal,
      });
    } else await this.#untilStill(position, signal);
    await pause(PICTURE_DELAY_MS, undefined, { signal });
  }

  async #untilStill(start: NonNullable<PtzState['position']>, signal: AbortSignal): Promise<void> {
    const endAt = performance.now() + LONGEST_TRAVEL_MS;
    let [before, hasMoved] = [start, false];
    for (let polls = 0; performance.now() < endAt; polls += 1) {
      await pause(POLL_MS, undefined, { signal });
      const { position } = await this.state(signal);
      if (position === null) return;
      const isStill = AXES.every((axis) => Math.abs(position[axis] - before[axis]) < MIN_PROGRESS);
      hasMoved ||= !isStill;
      // A camera may need a moment before it begins to move, or have no way to go.
      if (isStill && (hasMoved || polls > 2)) return;
      before = position;
    }
  }

  async #post(path: string, json: object, signal: AbortSignal): Promise<void> {
    const worker = this.#routing.resolve(this.#cameraId);
    await call(worker, { method: 'POST', path: this.#path(path), json, signal });
  }

  #path(path: string): string {
    return `/api/cameras/${encodeURIComponent(this.#cameraId)}/ptz${path}`;
  }
}

const AXES = ['pan', 'tilt', 'zoom'] as const;

/** A number of degrees as a part of the range, of which 2 is all. */
function shareOf(turn: number, [low = -180, high = 180]: readonly number[]): number {
  return Math.min(2, Math.max(-2, (turn * 2) / (high - low)));
}
