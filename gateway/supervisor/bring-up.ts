/** Brings a spawned worker up: its messages, its first answer, its start deadline. */
import pRetry from 'p-retry';
import { extendMessageSchema, type ReadyMessage, readyMessageSchema } from '#shared/worker-protocol.ts';
import { type ProbeTarget, probeLiveness, probeReadiness } from './probes.ts';
import type { SlotTimings } from './worker-spec.ts';

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

  /** Handles a message; ignores unknown ones. */
  push(message: unknown): void {
    const ready = readyMessageSchema.safeParse(message);
    if (ready.success) this.#resolve(ready.data);
    const extend = extendMessageSchema.safeParse(message);
    if (extend.success) this.onExtend(extend.data.ms);
  }
}

/** Aborts a start that takes too long; the worker may ask for more time, up to a limit. */
export class StartDeadline {
  readonly #timings: Pick<SlotTimings, 'startMs' | 'maxExtendMs' | 'lateMs'>;
  readonly #onOver: () => void;
  #timer: NodeJS.Timeout | undefined;
  #dueAt: number;
  #lastAt: number;

  constructor(timings: Pick<SlotTimings, 'startMs' | 'maxExtendMs' | 'lateMs'>, onOver: () => void) {
    this.#timings = timings;
    this.#onOver = onOver;
    this.#dueAt = performance.now() + timings.startMs;
    this.#lastAt = this.#dueAt + timings.maxExtendMs;
    this.#arm();
  }

  /** Extends the deadline to `ms` from now, within the limit. */
  extend(ms: number): void {
    this.#dueAt = Math.min(this.#lastAt, Math.max(this.#dueAt, performance.now() + ms));
    this.#arm();
  }

  /** Ends the deadline: the start is over. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onDue(), this.#dueAt - performance.now());
  }

  #onDue(): void {
    const lateBy = performance.now() - this.#dueAt;
    if (lateBy <= this.#timings.lateMs) {
      this.#onOver();
      return;
    }
    // The gateway's own loop was late, perhaps the worker's too: that time does not count.
    this.#dueAt += lateBy + this.#timings.startMs;
    this.#lastAt += lateBy + this.#timings.startMs;
    this.#arm();
  }
}

/**
 * Waits for `ready` and then for the right process to answer.
 * @param target process that must answer; its port is replaced by the one the worker announces
 * @returns undefined when `signal` aborts first
 */
export async function waitUntilReady(
  target: ProbeTarget,
  { messages, timings, signal }: { messages: MessageBox; timings: SlotTimings; signal: AbortSignal },
): Promise<ReadyMessage | undefined> {
  const ready = await Promise.race([messages.ready, aborted(signal)]);
  if (ready === undefined) return undefined;
  const announced = { ...target, port: ready.port };
  const ask = async (): Promise<ReadyMessage> => {
    await probeLiveness(announced, timings.readyTimeoutMs, signal);
    await probeReadiness(announced, timings.readyTimeoutMs, signal);
    return ready;
  };
  return pRetry(ask, {
    retries: Number.POSITIVE_INFINITY,
    factor: 1,
    minTimeout: timings.readyPollMs,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
