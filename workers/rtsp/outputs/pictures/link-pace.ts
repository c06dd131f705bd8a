/**
 * Keeps a narrow link from being filled: the other side acknowledges every picture, and as many are under way
 * as arrive without waiting for one another. A picture that cannot leave yet is replaced by the next one, so that
 * a narrow link lowers the rate and not the freshness. What the kernel and modems hold is not seen otherwise.
 */

export interface LinkPaceOptions {
  /** Asks for an answer to measure the round trip; {@link LinkPace.roundTrip} takes the result. */
  ping: () => void;
  /** Monotonic milliseconds. */
  now?: () => number;
}

/** At first, and at most. */
const FIRST_WINDOW = 2;
const MAX_WINDOW = 32;
/** A picture that takes this much longer than the round trip waited behind others. */
const SLACK_SHARE = 1.25;
const SLACK_MS = 50;
const PING_EVERY_MS = 5000;
/** The shortest round trip counts for one to two of these: ways change. */
const MEMORY_MS = 30_000;

/** One link. */
export class LinkPace {
  readonly #ping: () => void;
  readonly #now: () => number;
  readonly #sentAt: number[] = [];
  /** What waits, by subscription; the one that waits longest goes first. */
  readonly #waiting = new Map<number, () => void>();
  #window = FIRST_WINDOW;
  /** Pictures under way that were sent before the window became smaller. */
  #excused = 0;
  #pingAt = Number.NEGATIVE_INFINITY;
  #shortest = { before: Number.POSITIVE_INFINITY, now: Number.POSITIVE_INFINITY, since: 0 };

  constructor({ ping, now = () => performance.now() }: LinkPaceOptions) {
    this.#ping = ping;
    this.#now = now;
  }

  /** Sends a picture of a subscription as soon as it may. @returns whether one that waited is dropped for it */
  offer(id: number, send: () => void): boolean {
    const isReplaced = this.#waiting.has(id);
    this.#waiting.set(id, send);
    this.#pump();
    return isReplaced;
  }

  /** A subscription ended. */
  drop(id: number): void {
    this.#waiting.delete(id);
  }

  /** The oldest picture under way has arrived. */
  acknowledge(): void {
    const sentAt = this.#sentAt.shift();
    if (sentAt === undefined) return;
    const took = this.#now() - sentAt;
    this.#learn(took);
    this.#excused = Math.max(0, this.#excused - 1);
    if (took <= this.#shortestMs * SLACK_SHARE + SLACK_MS) {
      if (this.#waiting.size > 0) this.#window = Math.min(MAX_WINDOW, this.#window + 1);
    } else if (this.#excused === 0) {
      this.#window = Math.max(1, Math.floor(this.#window / 2));
      this.#excused = this.#sentAt.length;
    }
    this.#pump();
  }

  /** A ping was answered: it left on an empty link, and tells how long the way is now. */
  roundTrip(): void {
    const at = this.#now();
    this.#shortest = { before: Number.POSITIVE_INFINITY, now: at - this.#pingAt, since: at };
  }

  get #shortestMs(): number {
    return Math.min(this.#shortest.before, this.#shortest.now);
  }

  #learn(ms: number): void {
    const { now, since } = this.#shortest;
    const at = this.#now();
    if (at - since > MEMORY_MS) this.#shortest = { before: now, now: ms, since: at };
    else this.#shortest.now = Math.min(now, ms);
  }

  #pump(): void {
    for (const [id, send] of this.#waiting) {
      if (this.#sentAt.length >= this.#window) return;
      const at = this.#now();
      // On an empty link the answer tells of the way alone.
      if (this.#sentAt.length === 0 && at - this.#pingAt > PING_EVERY_MS) {
        this.#pingAt = at;
        this.#ping();
      }
      this.#waiting.delete(id);
      this.#sentAt.push(at);
      send();
    }
  }
}
