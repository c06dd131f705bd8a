/** The current group of pictures: everything needed to decode the newest picture at any moment. */
import type { Packet } from '#shared/media/packet.ts';
import { PacketMemory } from './packet-memory.ts';

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
  readonly #memory: PacketMemory;
  #packets: SequencedPacket[] = [];
  #bytes = 0;
  /** Blocks that hold copies of packets; what is free of the last one begins at `#at`. */
  #blocks: Buffer[] = [];
  #at = 0;
  /** Packets were handed out: their readers may keep them, so the blocks are not used again. */
  #isLent = false;
  #isFull = false;

  /** @param memory shared by the cameras of a worker */
  constructor(memory: PacketMemory = new PacketMemory()) {
    this.#memory = memory;
  }

  /**
   * Adds a packet; a keyframe starts anew. Before the first keyframe, and when full, packets are not kept.
   * @param isCopied keep a copy in memory that is used again: for a packet that no client is given now
   */
  push(packet: SequencedPacket, isCopied = false): void {
    if (packet.keyframe) this.clear();
    else if (this.#packets.length === 0 || this.isFull) return;
    else if (this.#isTooLong()) {
      this.#isFull = true;
      return;
    }
    this.#packets.push(isCopied ? { ...packet, data: this.#copy(packet.data) } : packet);
    this.#bytes += packet.data.length;
    this.#memory.count(packet.data.length);
  }

  /** Every packet of the group, in order. */
  get packets(): readonly SequencedPacket[] {
    this.#isLent = true;
    return this.#packets;
  }

  /** Forgets everything. */
  clear(): void {
    this.#memory.count(-this.#bytes);
    if (this.#isLent) this.#memory.giveUp(this.#blocks);
    else this.#memory.giveBack(this.#blocks);
    this.#packets = [];
    this.#bytes = 0;
    this.#blocks = [];
    this.#at = 0;
    this.#isLent = false;
    this.#isFull = false;
  }

  /** Too long a group to keep: the newest picture waits for the next keyframe. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get keyframe(): SequencedPacket | undefined {
    return this.#lend(this.#packets[0]);
  }

  get newest(): SequencedPacket | undefined {
    return this.#lend(this.#packets.at(-1));
  }

  /** The packet to decode after `position`: the next one, or the keyframe when the decoder is not in this group. */
  next(position: number): SequencedPacket | undefined {
    const first = this.#packets[0];
    if (first === undefined) return undefined;
    const index = position - first.sequence + 1;
    return this.#lend(this.#packets[Math.max(0, index)]);
  }

  /** A packet of this group by its sequence number. */
  find(sequence: number): SequencedPacket | undefined {
    const first = this.#packets[0];
    return first === undefined ? undefined : this.#lend(this.#packets[sequence - first.sequence]);
  }

  #lend(packet: SequencedPacket | undefined): SequencedPacket | undefined {
    if (packet !== undefined) this.#isLent = true;
    return packet;
  }

  #isTooLong(): boolean {
    return this.#bytes >= MAX_BYTES || this.#packets.length >= MAX_PACKETS || this.#memory.isFull;
  }

  #copy(data: Buffer): Buffer {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.length - this.#at < data.length) {
      block = this.#memory.take(data.length);
      this.#blocks.push(block);
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += data.copy(block, start);
    return block.subarray(start, this.#at);
  }
}
