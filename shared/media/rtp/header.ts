/** RTP headers (RFC 3550 section 5.1), in order, with lost packets noticed. */

/** One RTP packet; `payload` is a view into the receive buffer. */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  payload: Buffer;
}

const FIXED_HEADER_BYTES = 12;

/** Parses a packet; undefined for anything that is not RTP version 2. */
export function parseRtp(packet: Buffer): RtpPacket | undefined {
  if (packet.length < FIXED_HEADER_BYTES || (packet[0] as number) >> 6 !== 2) return undefined;
  const first = packet[0] as number;
  let start = FIXED_HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (packet.length < start + 4) return undefined;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) !== 0 ? (packet[packet.length - 1] as number) : 0;
  const end = packet.length - padding;
  if (end < start) return undefined;
  return {
    payloadType: (packet[1] as number) & 0x7f,
    marker: ((packet[1] as number) & 0x80) !== 0,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    payload: packet.subarray(start, end),
  };
}

/** Distance from one 16-bit sequence number to another, -32768 to 32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from + 0x8000) & 0xffff) - 0x8000;
}

/** Turns wrapping 32-bit RTP timestamps into ever growing ticks. */
export class TimestampUnwrapper {
  #last: number | undefined;
  #ticks = 0;

  /** Ticks since the first timestamp; small steps back stay steps back. */
  unwrap(timestamp: number): number {
    if (this.#last !== undefined) this.#ticks += (timestamp - this.#last) | 0;
    this.#last = timestamp;
    return this.#ticks;
  }
}
