/** What a worker says while it starts, and how long it may take. */
import { extendMessageSchema, type ReadyMessage, readyMessageSchema } from '#shared/worker-protocol.ts';

/** Reads the messages of one process. */
export class MessageBox {
  /** Resolves when the worker says that it serves; never rejects. */
  readonly ready: Promise<ReadyMessage>;
  /** Called when the worker asks for more time. */
  onExtend: (ms: number) => void = () => {};
  readonly #resolve: (message: ReadyMessage) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<ReadyMessage>();
    this.ready = promise;
    this.#resolve = resolve;
  }

  /** Takes a message; what is none of ours is ignored. */
  push(message: unknown): void {
    const ready = readyMessageSchema.safeParse(message);
    if (ready.success) this.#resolve(ready.data);
    const extend = extendMessageSchema.safeParse(message);
    if (extend.success) this.onExtend(extend.data.ms);
  }
}

/** Ends a start that takes too long; the worker may ask for more time, up to a bound. */
export class StartDeadline {
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout;
  #dueAt: number;
  readonly #lastAt: number;

  constructor({ startMs, maxExtendMs }: { startMs: number; maxExtendMs: number }, onLate: () => void) {
    this.#onLate = onLate;
    this.#dueAt = performance.now() + startMs;
    this.#lastAt = this.#dueAt + maxExtendMs;
    this.#timer = setTimeout(onLate, startMs);
  }

  /** Waits `ms` more from now, within the bound. */
  extend(ms: number): void {
    this.#dueAt = Math.min(this.#lastAt, Math.max(this.#dueAt, performance.now() + ms));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onLate, this.#dueAt - performance.now());
  }

  /** The start is over. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
