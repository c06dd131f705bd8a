/** While memory is short: the main stream of a camera is not decoded, viewers get the sub stream instead. */

/** Between two looks whether there is room again, milliseconds. */
const LOOK_MS = 5000;

export interface SparedMainOptions {
  /** Whether the decoder of the main stream would find room now, beside that of the sub stream. */
  hasRoom: () => boolean;
  /** There is room again. */
  onEnd: () => void;
  lookMs?: number | undefined;
}

/** Begins when the decoder of the main stream found no room, and ends when there is some. */
export class SparedMain {
  readonly #options: SparedMainOptions;
  #since: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SparedMainOptions) {
    this.#options = options;
  }

  /** Unix milliseconds; undefined while the main stream is decoded as wanted. */
  get since(): number | undefined {
    return this.#since;
  }

  /** @param since when the main stream was first decoded for a moment at a time, Unix milliseconds */
  begin(since: number): void {
    if (this.#since !== undefined) return;
    this.#since = since;
    this.#timer = setInterval(() => this.#look(), this.#options.lookMs ?? LOOK_MS).unref();
  }

  /** Ends it without a word: no viewer is left, or another camera came. */
  end(): void {
    clearInterval(this.#timer);
    this.#since = undefined;
  }

  #look(): void {
    if (!this.#options.hasRoom()) return;
    this.end();
    this.#options.onEnd();
  }
}
