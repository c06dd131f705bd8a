/** One camera's controls as clients use them: commands one after another, moves coalesced, a dead-man stop. */
import type { Logger } from '#shared/logger.ts';
import { type PtzLens, USUAL_LENS } from '#shared/ptz-lens.ts';
import type { FocusAction, Position, Preset, PtzDriver, Velocity } from './ptz.ts';

/** A joystick sends more; a camera takes no more. */
const MOVE_INTERVAL_MS = 100;
/** A move that no client renews ends after this, milliseconds. */
const DEAD_MAN_MS = 1000;
const STOP_RETRIES = 3;

/** Times, for tests. */
export interface PtzTimings {
  moveIntervalMs: number;
  deadManMs: number;
}

/** What a control needs. */
export interface PtzControlOptions {
  driver: PtzDriver;
  log: Pick<Logger, 'warn'>;
  lens?: PtzLens | undefined;
  timings?: Partial<PtzTimings>;
}

/**
 * Serialises the commands of all clients to one camera. A newer move replaces one that was not sent yet.
 * A camera that moves is stopped when no client renews the move, and on {@link close}.
 */
export class PtzControl {
  readonly lens: PtzLens;
  readonly #driver: PtzDriver;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #timings: PtzTimings;
  #last: Promise<unknown> = Promise.resolve();
  #pending: { velocity: Velocity; done: PromiseWithResolvers<void> } | undefined;
  #pump: NodeJS.Timeout | undefined;
  #lastMoveAt = Number.NEGATIVE_INFINITY;
  #deadMan: NodeJS.Timeout | undefined;
  #isMoving = false;
  #isClosed = false;

  constructor({ driver, log, lens = USUAL_LENS, timings }: PtzControlOptions) {
    this.lens = lens;
    this.#driver = driver;
    this.#log = log;
    this.#timings = { moveIntervalMs: MOVE_INTERVAL_MS, deadManMs: DEAD_MAN_MS, ...timings };
  }

  /** What the camera can do. */
  get abilities(): PtzDriver['abilities'] {
    return this.#driver.abilities;
  }

  /** Whether a client's move is under way. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Moves until the next command, and no longer than the dead-man time without a renewal. @throws AppError */
  async move(velocity: Velocity): Promise<void> {
    if (velocity.pan === 0 && velocity.tilt === 0 && velocity.zoom === 0) return await this.stop();
    this.#armDeadMan();
    if (this.#pending !== undefined) {
      this.#pending.velocity = velocity;
      return await this.#pending.done.promise;
    }
    const done = Promise.withResolvers<void>();
    this.#pending = { velocity, done };
    const waitMs = this.#lastMoveAt + this.#timings.moveIntervalMs - performance.now();
    this.#pump = setTimeout(() => void this.#sendMove(), Math.max(0, waitMs));
    return await done.promise;
  }

  /** Stops all axes; a move that was not sent yet is dropped. @throws AppError */
  async stop(): Promise<void> {
    this.#disarm();
    await this.#enqueue(async () => {
      await this.#driver.stop();
      this.#isMoving = false;
    });
  }

  /** @throws AppError */
  async home(): Promise<void> {
    await this.#travel(() => this.#driver.home());
  }

  /** @throws AppError */
  async moveTo(position: Partial<Position>): Promise<void> {
    await this.#travel(() => this.#driver.moveTo(position));
  }

  /** @throws AppError */
  async moveBy(distance: Partial<Position>): Promise<void> {
    await this.#travel(() => this.#driver.moveBy(distance));
  }

  /** @throws AppError */
  async goToPreset(id: string): Promise<void> {
    await this.#travel(() => this.#driver.goToPreset(id));
  }

  /** `near` and `far` end by the dead-man stop like moves. @throws AppError */
  async focus(action: FocusAction): Promise<void> {
    await this.#enqueue(() => this.#driver.focus(action));
    if (action !== 'near' && action !== 'far') return;
    setTimeout(() => {
      void this.#enqueue(() => this.#driver.focus('stop')).catch((error: unknown) =>
        this.#log.warn({ err: error }, 'focus was not stopped'),
      );
    }, this.#timings.deadManMs).unref();
  }

  /** @throws AppError */
  async position(): Promise<Position> {
    return await this.#enqueue(() => this.#driver.position());
  }

  /** @throws AppError */
  async presets(): Promise<Preset[]> {
    return await this.#enqueue(() => this.#driver.presets());
  }

  /** @throws AppError */
  async setPreset(preset: Partial<Preset>): Promise<string> {
    return await this.#enqueue(() => this.#driver.setPreset(preset));
  }

  /** @throws AppError */
  async removePreset(id: string): Promise<void> {
    await this.#enqueue(() => this.#driver.removePreset(id));
  }

  /** Stops a camera that moves and ends its connections. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isPending = this.#pending !== undefined;
    this.#disarm();
    await this.#last.catch(() => {});
    // A stop that was under way has been taken now.
    if (isPending || this.#isMoving)
      await this.#driver.stop().catch((error: unknown) => this.#warnUnstopped(error));
    await this.#driver.close();
  }

  /** A movement that ends by itself: a client's own move gives way to it. */
  async #travel(command: () => Promise<void>): Promise<void> {
    this.#disarm();
    await this.#enqueue(async () => {
      await command();
      this.#isMoving = false;
    });
  }

  async #sendMove(): Promise<void> {
    const { done } = this.#pending as { done: PromiseWithResolvers<void> };
    await this.#enqueue(async () => {
      // Read when its turn comes: while others ran, a newer move may have replaced it, or a stop dropped it.
      const pending = this.#pending;
      if (pending?.done !== done) return;
      this.#pending = undefined;
      this.#isMoving = true;
      this.#lastMoveAt = performance.now();
      await this.#driver.move(pending.velocity);
    }).then(done.resolve, done.reject);
  }

  #armDeadMan(): void {
    clearTimeout(this.#deadMan);
    this.#deadMan = setTimeout(() => void this.#stopDead(STOP_RETRIES), this.#timings.deadManMs);
  }

  async #stopDead(retries: number): Promise<void> {
    try {
      await this.stop();
    } catch (error) {
      if (retries > 0 && !this.#isClosed) await this.#stopDead(retries - 1);
      else this.#warnUnstopped(error);
    }
  }

  #disarm(): void {
    clearTimeout(this.#deadMan);
    clearTimeout(this.#pump);
    this.#pending?.done.resolve();
    this.#pending = undefined;
  }

  #enqueue<T>(command: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(command, command);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #warnUnstopped(error: unknown): void {
    this.#log.warn({ err: error }, 'a moving camera did not take the order to stop');
  }
}
