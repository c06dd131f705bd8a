/**
 * Memory for the packets of cameras that no client watches, used again and again. Packets live for seconds: V8
 * would move them among its long-lived objects, and free them when tens of megabytes have gathered.
 */

/** Most packets fit; a keyframe that does not gets a larger block. */
const BLOCK_BYTES = 64 * 1024;
/** Groups of pictures are shorter than this, milliseconds: as many blocks are kept as were in use during it. */
const PEAK_MS = 30_000;

/** The blocks of all cameras of a worker, and how many bytes they may keep together. */
export class PacketMemory {
  readonly #maxBytes: number;
  /** By size. */
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;
  #takenBytes = 0;
  #packetBytes = 0;
  /** Most bytes in use since `since`, and in the time before. */
  #peak = { bytes: 0, before: 0, since: 0 };
  readonly #now: () => number;

  /**
   * @param maxBytes of packets that all cameras together may keep
   * @param now monotonic clock, milliseconds
   */
  constructor(maxBytes: number = Number.POSITIVE_INFINITY, now: () => number = () => performance.now()) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Bytes of blocks that are kept for later. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Whether the cameras keep as many bytes as they may. */
  get isFull(): boolean {
    return this.#packetBytes >= this.#maxBytes;
  }

  /** Counts bytes of packets that are kept from now on; negative: that are not kept any more. */
  count(bytes: number): void {
    this.#packetBytes += bytes;
  }

  /** A block with room for `bytes`; its holder hands it to {@link giveBack} or {@link giveUp}. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    const block = this.#free.get(size)?.pop();
    if (block !== undefined) this.#freeBytes -= size;
    this.#takenBytes += size;
    this.#notePeak();
    return block ?? Buffer.allocUnsafeSlow(size);
  }

  /** Takes blocks back for other packets; no more are kept than were in use lately. */
  giveBack(blocks: readonly Buffer[]): void {
    this.#notePeak();
    this.giveUp(blocks);
    for (const block of blocks) {
      this.#freeBytes += block.length;
      const free = this.#free.get(block.length);
      if (free === undefined) this.#free.set(block.length, [block]);
      else free.push(block);
    }
    this.#trim(Math.max(this.#peak.bytes, this.#peak.before) - this.#takenBytes);
  }

  /** Leaves blocks to the garbage collector: packets in them may still be read. */
  giveUp(blocks: readonly Buffer[]): void {
    for (const block of blocks) this.#takenBytes -= block.length;
  }

  #trim(mostBytes: number): void {
    for (const [size, free] of this.#free)
      for (; free.length > 0 && this.#freeBytes > mostBytes; free.pop()) this.#freeBytes -= size;
  }

  #notePeak(): void {
    const { bytes, since } = this.#peak;
    const now = this.#now();
    if (now - since > PEAK_MS) this.#peak = { bytes: this.#takenBytes, before: bytes, since: now };
    else this.#peak.bytes = Math.max(bytes, this.#takenBytes);
  }
}

function sizeFor(bytes: number): number {
  return Math.max(BLOCK_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
}
