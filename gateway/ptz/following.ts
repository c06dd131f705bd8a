/** Keeps a moving object in a camera's picture until it is lost, the time is over or the task is cancelled. */
import { type PicturePoint, USUAL_ASPECT, wayTo } from './aim.ts';
import { nearest } from './centring.ts';
import { PtzLink, type PtzState, type Turn } from './ptz-link.ts';
import type { Look, Sight, Sighting } from './sight.ts';
import { Steering } from './steering.ts';

export interface FollowingOptions {
  cameraId: string;
  object: string;
  /** Share of full speed. */
  speed: number;
  link: Pick<PtzLink, 'state' | 'drive' | 'stop'>;
  sight: Pick<Sight, 'watch'>;
  onPhase: (phase: 'following' | 'searching') => void;
  signal: AbortSignal;
}

/** A worker stops a move that is not renewed for a second. */
const RENEWAL_MS = 350;
/** Without a look for this long the camera stands still: it must not steer by what was long ago. */
const HOLD_MS = 900;
const LOST_AFTER_MS = 1500;
/** The search: on in the last direction, back past the start, and a while of waiting; milliseconds and share of full speed. */
const SEARCH = { onMs: 3000, backMs: 8000, waitMs: 9000, speed: 0.2 };
/** An object does not jump further than this between two looks, in shares of the picture. */
const MAX_JUMP = 0.35;
/** The zoom changes seldom; the state is asked for anew after this. */
const STATE_MS = 2000;

/** Follows; resolves with `lost` or `cancelled`. @throws AppError where it can neither look nor move */
export async function follow(options: FollowingOptions): Promise<'lost' | 'cancelled'> {
  return await new Following(options).run();
}

class Following {
  readonly #options: FollowingOptions;
  readonly #steering: Steering;
  readonly #end = new AbortController();
  readonly #outcome = Promise.withResolvers<'lost' | 'cancelled'>();
  #state: { value: PtzState; at: number } | undefined;
  #speed: Turn = { pan: 0, tilt: 0 };
  #target: Sighting | undefined;
  #seenAt = performance.now();
  #lastSide = 1;
  #isSearching = false;
  #isSending = false;
  #isStopped = true;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#steering = new Steering(options.speed);
  }

  async run(): Promise<'lost' | 'cancelled'> {
    const { cameraId, object, sight, link, signal, onPhase } = this.#options;
    const both = AbortSignal.any([signal, this.#end.signal]);
    signal.addEventListener('abort', () => this.#outcome.resolve('cancelled'), { once: true });
    if (signal.aborted) return 'cancelled';
    await this.#learnState();
    onPhase('following');
    const timer = setInterval(() => this.#renew(), RENEWAL_MS);
    const looking = sight.watch(cameraId, object, { onLook: (look) => this.#take(look), signal: both });
    looking.catch((error: unknown) => this.#outcome.reject(error));
    try {
      return await this.#outcome.promise;
    } finally {
      clearInterval(timer);
      this.#end.abort();
      await link.stop().catch(() => {});
    }
  }

  #take({ takenAt, aspect = USUAL_ASPECT, sightings }: Look): void {
    const target = this.#choose(sightings);
    if (target === undefined || this.#state === undefined) return;
    this.#target = target;
    this.#seenAt = performance.now();
    if (this.#isSearching) {
      this.#isSearching = false;
      this.#steering.reset();
      this.#options.onPhase('following');
    }
    const { value } = this.#state;
    const view = {
      fieldOfView: value.fieldOfView,
      aspect,
      tilt: PtzLink.tiltOf(value),
    };
    const error = wayTo(target, view);
    if (Math.abs(error.pan) > 1) this.#lastSide = Math.sign(error.pan);
    this.#speed = this.#steering.steer(error, value.fieldOfView, takenAt, Date.now());
    this.#send();
  }

  /** The object that was followed before, else one close to where it was, else any while none is followed. */
  #choose(sightings: readonly Sighting[]): Sighting | undefined {
    const before = this.#target;
    if (before === undefined || this.#isSearching) return nearest(sightings, undefined);
    const same = sightings.find(({ trackId }) => trackId !== undefined && trackId === before.trackId);
    if (same !== undefined) return same;
    const next = nearest(sightings, before);
    return next !== undefined && distance(next, before) < MAX_JUMP ? next : undefined;
  }

  /** Renews the move, or begins, goes on with and ends the search. */
  #renew(): void {
    if (this.#state !== undefined && performance.now() - this.#state.at > STATE_MS) {
      this.#learnState().catch((error: unknown) => this.#outcome.reject(error));
    }
    const unseenMs = performance.now() - this.#seenAt;
    if (unseenMs > LOST_AFTER_MS) this.#search(unseenMs - LOST_AFTER_MS);
    else if (unseenMs > HOLD_MS) this.#speed = { pan: 0, tilt: 0 };
    this.#send();
  }

  #search(ms: number): void {
    if (!this.#isSearching) {
      this.#isSearching = true;
      this.#options.onPhase('searching');
    }
    const { onMs, backMs, waitMs, speed } = SEARCH;
    const side = ms < onMs ? this.#lastSide : ms < onMs + backMs ? -this.#lastSide : 0;
    this.#speed = { pan: side * Math.min(speed, this.#options.speed), tilt: 0 };
    if (ms > onMs + backMs + waitMs) this.#outcome.resolve('lost');
  }

  /** One command at a time; a failed one ends the task. */
  #send(): void {
    if (this.#isSending || this.#end.signal.aborted) return;
    const { link, signal } = this.#options;
    const stands = this.#speed.pan === 0 && this.#speed.tilt === 0;
    if (stands && this.#isStopped) return;
    this.#isStopped = stands;
    this.#isSending = true;
    this.#steering.sent(this.#speed, Date.now());
    (stands ? link.stop() : link.drive(this.#speed, signal))
      .catch((error: unknown) => this.#outcome.reject(error))
      .finally(() => {
        this.#isSending = false;
      });
  }

  async #learnState(): Promise<void> {
    if (this.#state !== undefined) this.#state.at = performance.now();
    this.#state = { value: await this.#options.link.state(this.#options.signal), at: performance.now() };
  }
}

function distance(a: PicturePoint, b: PicturePoint): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
