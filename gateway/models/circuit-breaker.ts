/** Fails immediately while a model server is down, instead of after a timeout each time. */
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IBackoff,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';
import { AppError } from '#shared/errors.ts';
import type { Vendor } from './vendor.ts';

/** When it opens and for how long. */
export interface CircuitBreakerOptions {
  vendor: Vendor;
  /** Whether an error says that the server is down. */
  isOutage: (error: AppError) => boolean;
  /** Outages in a row that open it. */
  failures?: number;
  /** Until one request may try again, milliseconds. */
  openMs?: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

const FAILURES = 5;
const OPEN_MS = 30_000;

/** An error on its way through cockatiel, with what it says about the server. */
class Failure extends Error {
  readonly isOutage: boolean;
  /** Whether cockatiel counts it. It would close the circuit after a trial that is not counted. */
  readonly isCounted: boolean;

  constructor(cause: unknown, isOutage: boolean, isTrial: boolean) {
    super('Failed', { cause });
    this.isOutage = isOutage;
    this.isCounted = isOutage || isTrial;
  }
}

/** Closed: requests pass; open: they fail; half open: one passes and decides. */
export class CircuitBreaker {
  readonly #options: Required<CircuitBreakerOptions>;
  readonly #policy: CircuitBreakerPolicy;
  #openUntil = 0;
  #lastOutage: AppError | undefined;

  constructor(options: CircuitBreakerOptions) {
    const now = (): number => performance.now();
    this.#options = { failures: FAILURES, openMs: OPEN_MS, now, ...options };
    this.#policy = circuitBreaker(
      handleWhen((error) => error instanceof Failure && error.isCounted),
      { breaker: new ConsecutiveBreaker(this.#options.failures), halfOpenAfter: this.#pause() },
    );
  }

  get state(): 'closed' | 'open' | 'half-open' {
    const { state } = this.#policy;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.Open && this.#leftMs() > 0 ? 'open' : 'half-open';
  }

  /**
   * Runs a task that asks the server. When it returns, the server is there; when it throws no outage, or
   * after the abort of `signal`, it says nothing about the server.
   * @throws AppError `*-unavailable` without running it, or what the task throws
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { state } = this.#policy;
    // cockatiel would let it wait for the trial that runs.
    if (state === CircuitState.HalfOpen) throw this.#refusal();
    const isTrial = state === CircuitState.Open;
    try {
      return await this.#policy.execute(async () => {
        try {
          return await task();
        } catch (error) {
          const isOutage = !signal.aborted && error instanceof AppError && this.#options.isOutage(error);
          throw new Failure(error, isOutage, isTrial);
        }
      });
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#refusal() : (error as Failure).cause;
    }
  }

  /** How long it stays open: not at all after a trial without an outcome, so that another may try. */
  #pause(): IBackoff<IHalfOpenAfterBackoffContext> {
    const leftMs = (): number => this.#leftMs();
    const pause: IBackoff<IHalfOpenAfterBackoffContext> = {
      // cockatiel compares it with the wall clock, which may be set back: infinity answers for it.
      get duration() {
        return leftMs() > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
      next: ({ result }) => {
        const { isOutage, cause } = (result as { error: Failure }).error;
        this.#openUntil = this.#options.now() + (isOutage ? this.#options.openMs : 0);
        if (isOutage) this.#lastOutage = cause as AppError;
        return pause;
      },
    };
    return pause;
  }

  #leftMs(): number {
    return this.#openUntil - this.#options.now();
  }

  #refusal(): AppError {
    const why = this.#lastOutage === undefined ? '' : `: ${this.#lastOutage.message}`;
    const { code, name } = this.#options.vendor;
    return new AppError(`${code}-unavailable`, `${name} is not asked for a moment${why}`, {
      retryAfter: Math.max(1, this.#leftMs() / 1000),
      extra: { reason: this.#lastOutage?.code },
    });
  }
}
