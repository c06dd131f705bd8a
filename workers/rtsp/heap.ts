/** V8 garbage collection tuning for buffer-heavy processes. */

const MIB = 1024 * 1024;
/** What packets and pictures may leave behind before it is collected; a few cameras with viewers do so in a second. */
const GARBAGE_BYTES = 3 * MIB;
const CHECK_MS = 1000;

/** What a {@link GarbageLimit} looks at and does. */
export interface GarbageLimitOptions {
  /** Bytes that buffers hold, garbage included. */
  heldBytes: () => number;
  /** Frees buffers that died young. */
  collectYoung: () => void;
  limitBytes?: number;
}

/** Collects young buffers when there are many: by itself V8 waits for 32 MB of them, however few cameras there are. */
export class GarbageLimit {
  readonly #options: GarbageLimitOptions;
  #floor: number;

  constructor(options: GarbageLimitOptions) {
    this.#options = options;
    this.#floor = options.heldBytes();
  }

  /** Looks once. */
  check(): void {
    const { heldBytes, collectYoung, limitBytes = GARBAGE_BYTES } = this.#options;
    const held = heldBytes();
    this.#floor = Math.min(this.#floor, held);
    if (held - this.#floor <= limitBytes) return;
    collectYoung();
    this.#floor = heldBytes();
  }
}

/** Keeps the garbage of this process small from now on, where `node --expose-gc` lets it; does not keep it running. */
export function limitGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  const limit = new GarbageLimit({
    heldBytes: () => process.memoryUsage().arrayBuffers,
    collectYoung: () => void gc({ type: 'minor' }),
  });
  setInterval(() => limit.check(), CHECK_MS).unref();
}
