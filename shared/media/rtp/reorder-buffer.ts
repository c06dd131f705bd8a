/** Puts UDP datagrams back in order, waiting only while a gap may still be filled. */
import { type RtpPacket, sequenceDistance } from './header.ts';

/** A gap is given up after this many later packets: about 5 ms of a 4 Mbit/s stream per eight. */
const MAX_HELD = 32;

/** Calls `emit` in sequence order; `lost` says that packets before this one are gone. */
export class ReorderBuffer {
  readonly #emit: (packet: RtpPacket, lost: boolean) => void;
  readonly #held = new Map<number, RtpPacket>();
  #expected: number | undefined;

  constructor(emit: (packet: RtpPacket, lost: boolean) => void) {
    this.#emit = emit;
  }

  push(packet: RtpPacket): void {
    this.#expected ??= packet.sequence;
    const distance = sequenceDistance(this.#expected, packet.sequence);
    // A camera that restarted counts from somewhere else: follow it instead of dropping for ever.
    if (distance < -MAX_HELD * 4 || distance > MAX_HELD * 64) {
      this.#held.clear();
      this.#release(packet, true);
      return;
    }
    if (distance < 0) return;
    if (distance === 0) {
      this.#release(packet, false);
      this.#releaseHeld();
      return;
    }
    this.#held.set(packet.sequence, { ...packet, payload: Buffer.from(packet.payload) });
    if (this.#held.size >= MAX_HELD) this.#skipGap();
  }

  #release(packet: RtpPacket, lost: boolean): void {
    this.#expected = (packet.sequence + 1) & 0xffff;
    this.#emit(packet, lost);
  }

  #releaseHeld(): void {
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) this.#release(next, false);
  }

  #takeNext(): RtpPacket | undefined {
    const packet = this.#held.get(this.#expected as number);
    if (packet !== undefined) this.#held.delete(packet.sequence);
    return packet;
  }

  #skipGap(): void {
    const expected = this.#expected as number;
    const ordered = [...this.#held.values()].sort(
      (a, b) => sequenceDistance(expected, a.sequence) - sequenceDistance(expected, b.sequence),
    );
    const first = ordered[0] as RtpPacket;
    this.#held.delete(first.sequence);
    this.#release(first, true);
    this.#releaseHeld();
  }
}
