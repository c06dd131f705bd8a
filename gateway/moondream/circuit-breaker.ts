/** Fails immediately while Moondream is down, instead of after a timeout each time. */
import { AppError } from '#shared/errors.ts';

/** When it opens and for how long. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  failures?: number;
  /** Until one request may try again, milliseconds. */
  openMs?: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/** Leave to make one request; exactly one of the three is to be called, the rest do nothing. */
export interface Pass {
  succeed(): void;
  fail(error: AppError): void;
  /** Neither: the client went, or the request never left. */
  abandon(): void;
}

const FAILURES = 5;
const OPEN_MS = 30_000;

/** Closed (requests pass), open (they fail), half open (one passes and decides). */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #openMs: number;
  readonly #now: () => number;
  #inRow = 0;
  #openUntil: number | undefined;
  #isTrying = false;
  #lastFailure: AppError | undefined;

  constructor({
    failures = FAILURES,
    openMs = OPEN_MS,
    now = () => performance.now(),
  }: CircuitBreakerOptions = {}) {
    this.#failures = failures;
    this.#openMs = openMs;
    this.#now = now;
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#openUntil === undefined) return 'closed';
    return this.#now() < this.#openUntil ? 'open' : 'half-open';
  }

  /** @throws AppError `moondream-unavailable` */
  enter(): Pass {
    const { state } = this;
    if (state === 'open' || (state === 'half-open' && this.#isTrying)) throw this.#refusal();
    const isTrial = state === 'half-open';
    if (isTrial) this.#isTrying = true;
    return this.#pass(isTrial);
  }

  #pass(isTrial: boolean): Pass {
    let isDone = false;
    const once = (settle: () => void): void => {
      if (isDone) return;
      isDone = true;
      if (isTrial) this.#isTrying = false;
      settle();
    };
    return {
      succeed: () =>
        once(() => {
          this.#inRow = 0;
          this.#openUntil = undefined;
        }),
      fail: (error) => once(() => this.#count(error)),
      abandon: () => once(() => {}),
    };
  }

  #count(error: AppError): void {
    this.#inRow += 1;
    this.#lastFailure = error;
    if (this.#inRow >= this.#failures) this.#openUntil = this.#now() + this.#openMs;
  }

  #refusal(): AppError {
    const leftMs = Math.max(0, (this.#openUntil ?? 0) - this.#now());
    const why = this.#lastFailure === undefined ? '' : `: ${this.#lastFailure.message}`;
    return new AppError('moondream-unavailable', `Moondream is not asked for a moment${why}`, {
      retryAfter: Math.max(1, leftMs / 1000),
      extra: { reason: this.#lastFailure?.code },
    });
  }
}
