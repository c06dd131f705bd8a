/** CPU load of a worker, computed from the CPU times in its health answers. */
export class LoadMeter {
  readonly #now: () => number;
  #last: { cpuMs: number; at: number } | undefined;
  #share: number | undefined;

  /** @param now monotonic clock, milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Share of one core between the last two answers; undefined before the second one. */
  get share(): number | undefined {
    return this.#share;
  }

  /** @param cpuMs CPU time since the worker's start, if reported */
  add(cpuMs: number | undefined): void {
    if (cpuMs === undefined) return;
    const at = this.#now();
    const last = this.#last;
    // Two probes in quick succession are too close together to measure.
    if (last !== undefined && at - last.at < MIN_MS) return;
    if (last !== undefined) this.#share = Math.round(((cpuMs - last.cpuMs) / (at - last.at)) * 100) / 100;
    this.#last = { cpuMs, at };
  }
}

const MIN_MS = 500;
