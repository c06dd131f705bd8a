/** AAC over RTP (RFC 3640, modes AAC-hbr and AAC-lbr): whole frames, several in a packet or one in several. */
import type { FrameHeaderBits } from '../rtsp/audio-media.ts';
import type { RtpPayload } from './payload.ts';

/** Samples of one AAC frame (ISO/IEC 14496-3, `frameLengthFlag` 0, as cameras send it). */
export const AAC_FRAME_SAMPLES = 1024;
/** A frame of two channels has at most 2 * 6144 bits. */
const MAX_FRAME_BYTES = 8191;
/** More than a second of sound in one packet. */
const MAX_FRAMES = 64;

/** Takes a frame. @param ticks RTP time of its first sample, 32 bits */
export type EmitFrame = (frame: Buffer, ticks: number) => void;

/** Collects the frames of one track; packets must come in order. */
export class AacDepacketizer {
  readonly #bits: FrameHeaderBits;
  readonly #emit: EmitFrame;
  #parts: Buffer[] = [];
  #missingBytes = 0;

  constructor(bits: FrameHeaderBits, emit: EmitFrame) {
    this.#bits = bits;
    this.#emit = emit;
  }

  /** @param payload view into the receive buffer; copied if kept */
  push(payload: Buffer, { timestamp, lost }: { timestamp: number; lost: boolean }): void {
    if (lost) this.#drop();
    const sizes = this.#readSizes(payload);
    const { headerBytes, frames } = sizes ?? { headerBytes: 0, frames: [] };
    const data = payload.subarray(headerBytes);
    const only = frames[0] ?? 0;
    // RFC 3640 section 3.2.3.1: every fragment carries the size of the whole frame.
    if (frames.length === 1 && only > data.length) {
      this.#addFragment(data, only, timestamp);
    } else {
      this.#drop();
      this.#split(data, frames, timestamp);
    }
  }

  #split(data: Buffer, sizes: readonly number[], timestamp: number): void {
    let at = 0;
    for (const [index, size] of sizes.entries()) {
      const frame = data.subarray(at, at + size);
      if (size === 0 || frame.length < size) return;
      this.#emit(Buffer.from(frame), (timestamp + index * AAC_FRAME_SAMPLES) >>> 0);
      at += size;
    }
  }

  #addFragment(data: Buffer, size: number, timestamp: number): void {
    if (size > MAX_FRAME_BYTES || data.length === 0) {
      this.#drop();
      return;
    }
    if (this.#missingBytes === 0) this.#missingBytes = size;
    this.#parts.push(Buffer.from(data));
    this.#missingBytes -= data.length;
    if (this.#missingBytes > 0) return;
    const frame = Buffer.concat(this.#parts);
    this.#drop();
    if (frame.length === size) this.#emit(frame, timestamp);
  }

  #drop(): void {
    this.#parts = [];
    this.#missingBytes = 0;
  }

  /** The sizes in front of the frames (RFC 3640 section 3.2.1); undefined for what is malformed. */
  #readSizes(payload: Buffer): { headerBytes: number; frames: number[] } | undefined {
    if (payload.length < 2) return undefined;
    const bits = payload.readUInt16BE(0);
    const headerBytes = 2 + Math.ceil(bits / 8);
    if (headerBytes > payload.length) return undefined;
    const { size, index, indexDelta } = this.#bits;
    const frames: number[] = [];
    for (let at = 0; at + size + (at === 0 ? index : indexDelta) <= bits && frames.length < MAX_FRAMES; ) {
      frames.push(readBits(payload, 16 + at, size));
      at += size + (at === 0 ? index : indexDelta);
    }
    return frames.length === 0 ? undefined : { headerBytes, frames };
  }
}

function readBits(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    value = value * 2 + (((bytes[at >> 3] as number) >> (7 - (at & 7))) & 1);
  }
  return value;
}

/** Fields before each frame in mode AAC-hbr (RFC 3640 section 3.3.6). */
export const AAC_HBR_BITS: FrameHeaderBits = { size: 13, index: 3, indexDelta: 3 };

/** The payload of one frame, mode AAC-hbr. @param frame of at most 8191 bytes */
export function packetizeAac(frame: Buffer): RtpPayload {
  const { size, index } = AAC_HBR_BITS;
  const prefix = Buffer.alloc(4);
  prefix.writeUInt16BE(size + index, 0);
  prefix.writeUInt16BE(frame.length << index, 2);
  return { prefix, body: frame };
}
