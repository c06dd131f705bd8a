/** Bounds what a camera may send: it costs time for each packet and byte, which the others of the worker lack. */
import { AppError } from '#shared/errors.ts';
import { TokenBucket } from '#shared/frames/token-bucket.ts';

const MIB = 1024 * 1024;
/** Several times what the largest cameras send (8K at 100 Mbit/s); a burst is what waited in a network. */
const BYTES = { perSecond: 32 * MIB, burst: 64 * MIB };
const PACKETS = { perSecond: 30_000, burst: 60_000 };

/** What one session with a camera may send. */
export class InputLimit {
  readonly #bytes: TokenBucket;
  readonly #packets: TokenBucket;

  /** @param now monotonic clock, milliseconds */
  constructor(now?: () => number) {
    this.#bytes = new TokenBucket(BYTES, now);
    this.#packets = new TokenBucket(PACKETS, now);
  }

  /** Bytes came. @throws AppError `camera-sends-too-much` */
  addBytes(count: number): void {
    if (!this.#bytes.take(count)) throw tooMuch(`${BYTES.perSecond / MIB} MB`);
  }

  /** A packet came. @throws AppError `camera-sends-too-much` */
  addPacket(): void {
    if (!this.#packets.take()) throw tooMuch(`${PACKETS.perSecond} packets`);
  }
}

function tooMuch(limit: string): AppError {
  return new AppError('camera-sends-too-much', `The camera sends more than ${limit} a second`);
}
