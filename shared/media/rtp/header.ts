/** RTP headers (RFC 3550 section 5.1), in order, with lost packets noticed. */

/** One RTP packet; `payload` is a view into the receive buffer. */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  /** Synchronization source: which stream of packets it belongs to. */
  ssrc: number;
  payload: Buffer;
  /** Header extension with its 4 bytes of head; undefined without one. */
  extension?: Buffer | undefined;
}

/** Bytes of a header without extensions. */
export const RTP_HEADER_BYTES = 12;
const VERSION_2 = 0x80;
const MARKER = 0x80;

/** Parses a packet; undefined for anything that is not RTP version 2. */
export function parseRtp(packet: Buffer): RtpPacket | undefined {
  if (packet.length < RTP_HEADER_BYTES || (packet[0] as number) >> 6 !== 2) return undefined;
  const first = packet[0] as number;
  let start = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  let extension: Buffer | undefined;
  if ((first & 0x10) !== 0) {
    if (packet.length < start + 4) return undefined;
    const extensionEnd = start + 4 + packet.readUInt16BE(start + 2) * 4;
    extension = packet.subarray(start, extensionEnd);
    start = extensionEnd;
  }
  const padding = (first & 0x20) !== 0 ? (packet[packet.length - 1] as number) : 0;
  const end = packet.length - padding;
  if (end < start) return undefined;
  return {
    payloadType: (packet[1] as number) & 0x7f,
    marker: isMarked(packet),
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(start, end),
    ...(extension === undefined ? {} : { extension }),
  };
}

/** What a header without extensions says. */
export interface RtpHeader {
  payloadType: number;
  marker: boolean;
  sequence: number;
  /** Cut to 32 bits. */
  timestamp: number;
  ssrc: number;
}

/** Writes the first {@link RTP_HEADER_BYTES} of a packet. */
export function writeRtpHeader(packet: Buffer, header: RtpHeader): void {
  packet[0] = VERSION_2;
  packet[1] = header.payloadType | (header.marker ? MARKER : 0);
  packet.writeUInt16BE(header.sequence & 0xffff, 2);
  packet.writeUInt32BE(header.timestamp >>> 0, 4);
  packet.writeUInt32BE(header.ssrc, 8);
}

/** Whether a packet's marker bit is set. */
export function isMarked(packet: Buffer): boolean {
  return ((packet[1] as number) & MARKER) !== 0;
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
