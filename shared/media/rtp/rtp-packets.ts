/** RTP packets of one access unit, framed for RTSP's interleaved mode (RFC 2326 section 10.12). */
import { formatInterleavedHeader } from '../rtsp/message.ts';
import { RTP_HEADER_BYTES, type RtpHeader, writeRtpHeader } from './header.ts';
import { payloadBytes, type RtpPayload, writePayload } from './payload.ts';

const FRAMING_BYTES = 4;

/** Where a stream stands; the same for all its clients, so that they can share bytes. */
export interface RtpPosition extends Omit<RtpHeader, 'marker'> {
  /** Of the first packet. */
  sequence: number;
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

  /** Bytes of all payloads. */
  get octets(): number {
    return this.bytes - this.count * (FRAMING_BYTES + RTP_HEADER_BYTES);
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
    const block = this.#framed;
    block.set(formatInterleavedHeader(0, packetBytes(payload)), at);
    const start = at + FRAMING_BYTES;
    const sequence = this.position.sequence + index;
    writeRtpHeader(block.subarray(start), { ...this.position, sequence, marker: isLast });
    return writePayload(block, start + RTP_HEADER_BYTES, payload);
  }
}

function packetBytes(payload: RtpPayload): number {
  return RTP_HEADER_BYTES + payloadBytes(payload);
}
