/** The current group of pictures: everything needed to decode the newest picture at any moment. */
import type { Packet } from '#shared/media/packet.ts';

/** A packet with its place in the camera's life. */
export interface SequencedPacket extends Packet {
  /** Counts the camera's packets from 1. */
  sequence: number;
}

/** Half a minute of a 4 Mbit/s camera without a keyframe; beyond it the cache says that it is full. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_PACKETS = 3600;

/** Packets since the newest keyframe, in order and without gaps. */
export class GopCache {
  #packets: SequencedPacket[] = [];
  #bytes = 0;

  /** Adds a packet; a keyframe starts anew. Before the first keyframe, and when full, packets are not kept. */
  push(packet: SequencedPacket): void {
    if (packet.keyframe) this.clear();
    else if (this.#packets.length === 0 || this.isFull) return;
    this.#packets.push(packet);
    this.#bytes += packet.data.length;
  }

  /** Every packet of the group, in order. */
  get packets(): readonly SequencedPacket[] {
    return this.#packets;
  }

  /** Forgets everything. */
  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
  }

  /** Too long a group to keep: the newest picture waits for the next keyframe. */
  get isFull(): boolean {
    return this.#bytes >= MAX_BYTES || this.#packets.length >= MAX_PACKETS;
  }

  get keyframe(): SequencedPacket | undefined {
    return this.#packets[0];
  }

  get newest(): SequencedPacket | undefined {
    return this.#packets.at(-1);
  }

  /** The packet to decode after `position`: the next one, or the keyframe when the decoder is not in this group. */
  next(position: number): SequencedPacket | undefined {
    const first = this.#packets[0];
    if (first === undefined) return undefined;
    const index = position - first.sequence + 1;
    return this.#packets[Math.max(0, index)];
  }

  /** A packet of this group by its sequence number. */
  find(sequence: number): SequencedPacket | undefined {
    const first = this.#packets[0];
    return first === undefined ? undefined : this.#packets[sequence - first.sequence];
  }
}
