/** How much of a processor a worker uses, from the processor time that its health answers tell. */
export class LoadMeter {
  readonly #now: () => number;
  #last: { cpuMs: number; at: number } | undefined;
  #share: number | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Share of one core between the last two answers; undefined before the second one. */
  get share(): number | undefined {
    return this.#share;
  }

  /** Takes an answer. @param cpuMs processor time since the worker's start, where it tells */
  add(cpuMs: number | undefined): void {
    if (cpuMs === undefined) return;
    const at = this.#now();
    const last = this.#last;
    // Two probes in a row, asked for, are too close together to tell anything.
    if (last !== undefined && at - last.at < MIN_MS) return;
    if (last !== undefined) this.#share = Math.round(((cpuMs - last.cpuMs) / (at - last.at)) * 100) / 100;
    this.#last = { cpuMs, at };
  }
}

const MIN_MS = 500;
