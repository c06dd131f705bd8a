/** Returns V8 heap memory to the system while the process is idle. */

const MIB = 1024 * 1024;
const CHECK_MS = 15_000;
/** Heap growth since the last collection that makes another one worthwhile. */
const WORTH_BYTES = 4 * MIB;
/** Share of one core above which a pause of tens of milliseconds would be noticed. */
const QUIET_SHARE = 0.15;

/** Measurements and actions of a {@link HeapTrimmer}. */
export interface HeapTrimmerOptions {
  /** Heap size, bytes. */
  heapBytes: () => number;
  /** CPU time of this process, milliseconds. */
  cpuMs: () => number;
  /** Monotonic clock, milliseconds. */
  now: () => number;
  /** Collects all garbage and releases free pages. */
  collect: () => void;
}

/** V8 grows its heap for start-up and load, and returns little of it by itself. */
export class HeapTrimmer {
  readonly #options: HeapTrimmerOptions;
  #floor = 0;
  #cpuMs: number;
  #at: number;

  constructor(options: HeapTrimmerOptions) {
    this.#options = options;
    this.#cpuMs = options.cpuMs();
    this.#at = options.now();
  }

  /** Collects if the heap has grown and the process was idle since the last check. */
  check(): void {
    const { heapBytes, cpuMs, now, collect } = this.#options;
    const [cpu, at] = [cpuMs(), now()];
    const share = (cpu - this.#cpuMs) / (at - this.#at);
    [this.#cpuMs, this.#at] = [cpu, at];
    const heap = heapBytes();
    this.#floor = Math.min(this.#floor, heap);
    if (share > QUIET_SHARE || heap - this.#floor < WORTH_BYTES) return;
    collect();
    this.#floor = heapBytes();
  }
}

/** Trims this process's heap periodically if it runs with `--expose-gc`; does not keep it alive. */
export function trimQuietHeap(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  const trimmer = new HeapTrimmer({
    heapBytes: () => process.memoryUsage().heapTotal,
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    now: () => performance.now(),
    collect: () => gc({ type: 'major', flavor: 'last-resort' }),
  });
  setInterval(() => trimmer.check(), CHECK_MS).unref();
}
