/** Time as periodic jobs see it, so that tests need not wait for minutes. */

/** What tells the time and calls later. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls once after `ms`. @returns the function that cancels it */
  after(ms: number, run: () => void): () => void;
}

/** The time of this machine. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
