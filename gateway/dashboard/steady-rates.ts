/** Frame rates as they are told to listeners: measured ones move a little with every reading. */

/** Above it tenths are noise, frames a second. */
const WHOLE_RATE = 5;
/** A smaller change, as a share of what was told, is noise. */
const NEWS_SHARE = 0.1;

/** Keeps the rate of each camera until it has changed notably. */
export class SteadyRates {
  #told = new Map<string, number>();

  /** @param measured frames a second by camera; what it does not name is forgotten @returns what to tell */
  next(measured: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    this.#told = new Map([...measured].map(([id, rate]) => [id, steady(this.#told.get(id), rate)]));
    return this.#told;
  }
}

function steady(told: number | undefined, rate: number): number {
  if (told !== undefined && Math.abs(rate - told) <= told * NEWS_SHARE) return told;
  return rate > WHOLE_RATE ? Math.round(rate) : rate;
}
