/** The worker's end of its lease: what it runs it gives up when no gateway renews the lease in time. */
import { AppError } from '#shared/errors.ts';
import type { LeaseAnswer, LeaseOrder } from '#shared/worker-lease.ts';

export interface LeaseOptions {
  /** Whether orders need a lease from the start; otherwise from the first renewal on. */
  isRequired: boolean;
  /** Gives up everything that the worker runs. */
  onLapse: () => void;
  /** Monotonic, milliseconds. */
  now?: () => number;
}

/** State of the lease for the answer of a renewal. */
export type LeaseState = Pick<LeaseAnswer, 'clock' | 'isHeld' | 'lapses' | 'isEnding'>;

/** The first renewal tells the keeper of the end; at the next one others have been given the cameras. */
const RENEWALS_TO_HAND_OVER = 2;
/** A gateway that does not renew in this time is not waited for, milliseconds. */
const HAND_OVER_MS = 2500;

/** From start to close. */
export class Lease {
  readonly #onLapse: () => void;
  readonly #now: () => number;
  #isRequired: boolean;
  #term = 0;
  #until = Number.NEGATIVE_INFINITY;
  #isHeld = false;
  #lapses = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Of this worker's end. */
  #onRenewal: (() => void) | undefined;

  constructor({ isRequired, onLapse, now = () => performance.now() }: LeaseOptions) {
    this.#isRequired = isRequired;
    this.#onLapse = onLapse;
    this.#now = now;
  }

  state(): LeaseState {
    this.#check();
    const ending = this.#onRenewal === undefined ? {} : { isEnding: true };
    return { clock: this.#now(), isHeld: this.#isHeld, lapses: this.#lapses, ...ending };
  }

  /** Tells the keeper that this worker ends. Resolves once that had time to give its cameras to others. */
  async handOver(withinMs = HAND_OVER_MS): Promise<void> {
    this.#check();
    if (!this.#isHeld) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, withinMs);
    let renewals = 0;
    this.#onRenewal = () => {
      renewals += 1;
      if (renewals === RENEWALS_TO_HAND_OVER) resolve();
    };
    await promise;
    clearTimeout(late);
  }

  /** Renews it. @throws AppError `stale-order` for an earlier term */
  renew({ term, since, ttlMs }: LeaseOrder): LeaseState {
    // A process that was frozen reads old renewals before its timers run.
    this.#check();
    this.#expectTerm(term);
    this.#isRequired = true;
    this.#term = term;
    const now = this.#now();
    if (since !== null && since <= now) this.#until = Math.max(this.#until, since + ttlMs);
    this.#isHeld = this.#until > now;
    this.#arm();
    this.#onRenewal?.();
    return this.state();
  }

  /** Lets an order pass. @param term of the keeper that gives it @throws AppError `stale-order` */
  expect(term: number | undefined): void {
    this.#check();
    if (!this.#isRequired) return;
    this.#expectTerm(term ?? -1);
    if (!this.#isHeld) throw new AppError('stale-order', 'The lease of this worker is over');
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #expectTerm(term: number): void {
    if (term < this.#term) throw new AppError('stale-order', 'Another gateway keeps this worker now');
  }

  #check(): void {
    if (!this.#isHeld || this.#now() < this.#until) return;
    this.#isHeld = false;
    this.#lapses += 1;
    this.#onLapse();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#isHeld) return;
    this.#timer = setTimeout(() => {
      this.#check();
      // A timer may run a moment early.
      this.#arm();
    }, this.#until - this.#now());
  }
}
