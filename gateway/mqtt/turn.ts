/** Whether this gateway is the one that publishes and takes commands: certain only until its lease could be over. */

export interface TurnOptions {
  /** Takes or keeps the turn in the database. @returns false while another gateway has it */
  take: () => Promise<boolean>;
  /** How long the turn lasts from then on, milliseconds; infinite where there is no other gateway. */
  leaseMs: number;
  /** It could not be kept in time: another gateway may have it soon. */
  onOver: () => void;
}

/** Share of the lease after which the turn is given up: the farewell comes before the next gateway. */
const HELD_SHARE = 0.9;

/** Counts on the monotonic clock, so that a gateway that was frozen knows it when it wakes. */
export class Turn {
  readonly #options: TurnOptions;
  #until = Number.NEGATIVE_INFINITY;
  #end: NodeJS.Timeout | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Whether no other gateway can have it. */
  get isHeld(): boolean {
    return performance.now() < this.#until;
  }

  /** Takes or keeps it. @returns whether it is held @throws Error of the database; what was held lasts as before */
  async take(): Promise<boolean> {
    const { take, leaseMs, onOver } = this.#options;
    const startedAt = performance.now();
    const isOurs = await take();
    clearTimeout(this.#end);
    this.#until = isOurs ? startedAt + leaseMs * HELD_SHARE : Number.NEGATIVE_INFINITY;
    if (this.isHeld && Number.isFinite(this.#until))
      this.#end = setTimeout(() => {
        // Timers count whole milliseconds and may be early by a part of one.
        this.#until = Number.NEGATIVE_INFINITY;
        onOver();
      }, this.#until - performance.now());
    return this.isHeld;
  }

  close(): void {
    clearTimeout(this.#end);
  }
}
