/** Gives memory of V8's heap back to the system while a process has little to do. */

const MIB = 1024 * 1024;
const CHECK_MS = 15_000;
/** Growth since the last collection that makes the next one worth its time. */
const WORTH_BYTES = 4 * MIB;
/** Share of one core; above it a pause of tens of milliseconds would be felt. */
const QUIET_SHARE = 0.15;

/** What a {@link HeapTrimmer} reads and does. */
export interface HeapTrimmerOptions {
  /** Bytes that V8 has taken from the system. */
  heapBytes: () => number;
  /** Processor time of this process so far, milliseconds. */
  cpuMs: () => number;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Collects all garbage and gives free pages back. */
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

  /** Collects when the heap has grown and the time since the last check was quiet. */
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

/** Trims the heap of this process from now on, where it runs with `--expose-gc`; does not keep it running. */
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
