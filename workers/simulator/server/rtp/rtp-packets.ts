/** RTP packets (RFC 3550) of one access unit, framed for RTSP's interleaved mode (RFC 2326 section 10.12). */
import { formatInterleavedHeader } from '#shared/media/rtsp/message.ts';
import type { RtpPayload } from './payload.ts';

export const RTP_HEADER_BYTES = 12;
const FRAMING_BYTES = 4;
const RTP_VERSION_2 = 0x80;
const MARKER = 0x80;

/** Where a stream stands; the same for all its clients, so that they can share bytes. */
export interface RtpPosition {
  payloadType: number;
  ssrc: number;
  /** Of the first packet. */
  sequence: number;
  timestamp: number;
}

/** The packets of one access unit in a single block of bytes, shared by all clients. */
export class RtpPackets {
  readonly keyframe: boolean;
  readonly position: RtpPosition;
  readonly #framed: Buffer;
  /** Where each packet's framing starts in the block. */
  readonly #starts: number[] = [];

  constructor(payloads: readonly RtpPayload[], position: RtpPosition, keyframe: boolean) {
    this.position = position;
    this.keyframe = keyframe;
    const bytes = payloads.reduce((sum, payload) => sum + FRAMING_BYTES + packetBytes(payload), 0);
    this.#framed = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const [index, payload] of payloads.entries()) {
      this.#starts.push(at);
      at = this.#write(at, payload, { index, isLast: index === payloads.length - 1 });
    }
  }

  /** How many packets there are. */
  get count(): number {
    return this.#starts.length;
  }

  /** Bytes of all packets with their framing. */
  get bytes(): number {
    return this.#framed.length;
  }

  /** All packets, framed for a channel; shared unless the channel is not 0. */
  framedFor(channel: number): Buffer {
    if (channel === 0) return this.#framed;
    const copy = Buffer.from(this.#framed);
    for (const start of this.#starts) copy[start + 1] = channel;
    return copy;
  }

  /** Each packet without framing, as views. */
  datagrams(): Buffer[] {
    return this.#starts.map((start, index) =>
      this.#framed.subarray(start + FRAMING_BYTES, this.#starts[index + 1] ?? this.#framed.length),
    );
  }

  #write(at: number, payload: RtpPayload, { index, isLast }: { index: number; isLast: boolean }): number {
    const { payloadType, ssrc, sequence, timestamp } = this.position;
    const block = this.#framed;
    block.set(formatInterleavedHeader(0, packetBytes(payload)), at);
    const header = at + FRAMING_BYTES;
    block[header] = RTP_VERSION_2;
    block[header + 1] = payloadType | (isLast ? MARKER : 0);
    block.writeUInt16BE((sequence + index) & 0xffff, header + 2);
    block.writeUInt32BE(timestamp % 2 ** 32, header + 4);
    block.writeUInt32BE(ssrc, header + 8);
    const prefix = header + RTP_HEADER_BYTES;
    block.set(payload.prefix, prefix);
    block.set(payload.body, prefix + payload.prefix.length);
    return prefix + payload.prefix.length + payload.body.length;
  }
}

function packetBytes({ prefix, body }: RtpPayload): number {
  return RTP_HEADER_BYTES + prefix.length + body.length;
}
