/** Keeps a camera connected only while clients want it. */
import type { CameraConnection } from './camera-connection.ts';

type Connection = Pick<CameraConnection, 'pause' | 'resume' | 'isPaused'>;

/** As long as a client waits for a picture of any camera. */
const WAKE_MS = 8000;

/** Begins with a rest; {@link OnDemand.update} is called when a client comes or goes. */
export class OnDemand {
  readonly #connection: Connection;
  readonly #isWanted: () => boolean;
  readonly #lingerMs: number;
  #rest: NodeJS.Timeout | undefined;
  #waking: PromiseWithResolvers<void> | undefined;
  #late: NodeJS.Timeout | undefined;

  /** @param isWanted whether a client wants it now @param lingerMs how long it stays connected without clients */
  constructor(connection: Connection, isWanted: () => boolean, lingerMs: number) {
    this.#connection = connection;
    this.#isWanted = isWanted;
    this.#lingerMs = lingerMs;
    if (!isWanted()) void connection.pause();
  }

  /** Connects it, or lets it go after a while. */
  update(): void {
    if (this.#isWanted()) {
      clearTimeout(this.#rest);
      this.#rest = undefined;
      if (this.#connection.isPaused) this.#wake();
    } else if (!this.#connection.isPaused) {
      this.#rest ??= setTimeout(() => this.#letGo(), this.#lingerMs).unref();
    }
  }

  /** Resolves when it is live after a rest, or when that takes too long; undefined while it is connected. */
  get woken(): Promise<void> | undefined {
    return this.#waking?.promise;
  }

  /** It is live. */
  onLive(): void {
    clearTimeout(this.#late);
    this.#waking?.resolve();
    this.#waking = undefined;
  }

  close(): void {
    clearTimeout(this.#rest);
    this.onLive();
  }

  #wake(): void {
    this.#waking ??= Promise.withResolvers();
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.onLive(), WAKE_MS);
    this.#connection.resume();
  }

  #letGo(): void {
    this.#rest = undefined;
    if (!this.#isWanted()) void this.#connection.pause();
  }
}
