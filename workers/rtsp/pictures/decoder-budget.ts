/** The memory that the decoders of a worker may take together, and who gets it when it is short. */

/** Room in the budget until it is released. */
export interface DecoderLease {
  release(): void;
}

/** A decoder that may give its room back. */
export interface DecoderHolder {
  /** What it takes, bytes. */
  bytes: number;
  /** Another one waits for room: a decoder that has nothing to decode closes. */
  onNeeded: () => void;
}

interface Waiting {
  holder: DecoderHolder;
  begin: (lease: DecoderLease) => void;
}

/**
 * Decoders keep their room while they are used. Those that find none take turns in what is always left free
 * for one: each camera still gives pictures, fewer of them.
 */
export class DecoderBudget {
  readonly #maxBytes: number;
  readonly #holders = new Set<DecoderHolder>();
  readonly #waiting: Waiting[] = [];
  #inTurn: DecoderHolder | undefined;
  #takenBytes = 0;

  /** @param maxBytes of all decoders; one is always let in, however large */
  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  /** Room for as long as it is wanted; undefined where the one beside it would have none for its turn. */
  take(holder: DecoderHolder): DecoderLease | undefined {
    if (!this.makeRoom(holder.bytes)) return undefined;
    this.#holders.add(holder);
    this.#takenBytes += holder.bytes;
    return this.#leaseOf(() => {
      this.#holders.delete(holder);
      this.#takenBytes -= holder.bytes;
    });
  }

  /** Whether a further decoder would find room now; if not, those that have nothing to decode are asked for theirs. */
  makeRoom(decoderBytes: number): boolean {
    const largest = Math.max(decoderBytes, ...[...this.#holders].map(({ bytes }) => bytes));
    const isFirst = this.#holders.size === 0 && this.#inTurn === undefined;
    if (isFirst || this.#takenBytes + decoderBytes + largest <= this.#maxBytes) return true;
    this.#askBack();
    return false;
  }

  /** Room for a moment, after those that waited before. @param signal ends the wait @throws its reason */
  turn(holder: DecoderHolder, signal: AbortSignal): Promise<DecoderLease> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<DecoderLease>();
    const waiting = { holder, begin: resolve };
    this.#waiting.push(waiting);
    const leave = (): void => {
      const index = this.#waiting.indexOf(waiting);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#next();
    return promise.finally(() => signal.removeEventListener('abort', leave));
  }

  #next(): void {
    if (this.#inTurn !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    this.#inTurn = waiting.holder;
    const lease = this.#leaseOf(() => {
      this.#inTurn = undefined;
    });
    waiting.begin(lease);
  }

  #leaseOf(release: () => void): DecoderLease {
    let isReleased = false;
    return {
      release: () => {
        if (isReleased) return;
        isReleased = true;
        release();
        this.#next();
      },
    };
  }

  #askBack(): void {
    for (const holder of [...this.#holders]) holder.onNeeded();
  }
}
