/**
 * Cuts access units into RTP packets: H.264 after RFC 6184 (packetization mode 1),
 * H.265 after RFC 7798. Headers hold the marker bit only; whoever sends a packet
 * fills in payload type, sequence number, time and source.
 */
import { splitNals } from '#shared/media/annex-b.ts';
import type { VideoCodec } from '#shared/media/packet.ts';

/** Bytes of an RTP header without extensions (RFC 3550 section 5.1). */
export const RTP_HEADER_BYTES = 12;
/** With headers, authentication tag and TURN framing this fits the smallest path of the Internet, 1280 bytes. */
const MAX_PAYLOAD_BYTES = 1150;
const VERSION_2 = 0x80;
const MARKER = 0x80;
const FU_START = 0x80;
const FU_END = 0x40;

/** Codecs that WebRTC carries as they are. */
export type CarriedCodec = Exclude<VideoCodec, 'mjpeg'>;

/** What differs between the two codecs. */
interface NalSyntax {
  headerBytes: number;
  typeOf(nal: Buffer): number;
  /** NAL units that decoders need not see: delimiters and filler. */
  droppable: readonly number[];
  parameterSets: readonly number[];
  /** The bytes before a fragment; start and end bits go into the last of them. */
  fragmentHeader(nal: Buffer): Buffer;
}

const SYNTAX: Record<CarriedCodec, NalSyntax> = {
  h264: {
    headerBytes: 1,
    typeOf: (nal) => (nal[0] as number) & 0x1f,
    droppable: [9, 12],
    parameterSets: [7, 8],
    fragmentHeader: (nal) => Buffer.from([((nal[0] as number) & 0xe0) | 28, (nal[0] as number) & 0x1f]),
  },
  hevc: {
    headerBytes: 2,
    typeOf: (nal) => ((nal[0] as number) >> 1) & 0x3f,
    droppable: [35, 38],
    parameterSets: [32, 33, 34],
    fragmentHeader: (nal) =>
      Buffer.from([
        ((nal[0] as number) & 0x81) | (49 << 1),
        nal[1] as number,
        ((nal[0] as number) >> 1) & 0x3f,
      ]),
  },
};

/** Makes the packets of one session with a camera. */
export class RtpPacketizer {
  readonly #syntax: NalSyntax;
  readonly #announced: Buffer[];

  /** @param parameterSets announced out of band (Annex B), put before keyframes that carry none */
  constructor(codec: CarriedCodec, parameterSets: Buffer) {
    this.#syntax = SYNTAX[codec];
    this.#announced = splitNals(parameterSets);
  }

  /** The packets of one access unit, all in one allocation. @param all its NAL units without start codes */
  packetize(all: readonly Buffer[], keyframe: boolean): Buffer[] {
    const payloads = this.#nalsOf(all, keyframe).flatMap((nal) => this.#payloadsOf(nal));
    const size = payloads.reduce((sum, parts) => sum + RTP_HEADER_BYTES + lengthOf(parts), 0);
    const block = Buffer.allocUnsafeSlow(size);
    let offset = 0;
    const packets = payloads.map((parts) => {
      const start = offset;
      block.fill(0, start, start + RTP_HEADER_BYTES);
      block[start] = VERSION_2;
      offset += RTP_HEADER_BYTES;
      for (const part of parts) offset += part.copy(block, offset);
      return block.subarray(start, offset);
    });
    const last = packets.at(-1);
    if (last !== undefined) last[1] = MARKER;
    return packets;
  }

  #nalsOf(all: readonly Buffer[], keyframe: boolean): Buffer[] {
    const { headerBytes, typeOf, droppable, parameterSets } = this.#syntax;
    const nals = all.filter((nal) => nal.length > headerBytes && !droppable.includes(typeOf(nal)));
    if (!keyframe || nals.some((nal) => parameterSets.includes(typeOf(nal)))) return nals;
    return [...this.#announced, ...nals];
  }

  /** A NAL unit as it is, or in fragments (RFC 6184 section 5.8, RFC 7798 section 4.4.3). */
  #payloadsOf(nal: Buffer): Buffer[][] {
    if (nal.length <= MAX_PAYLOAD_BYTES) return [[nal]];
    const { headerBytes, fragmentHeader } = this.#syntax;
    const body = nal.subarray(headerBytes);
    const room = MAX_PAYLOAD_BYTES - headerBytes - 1;
    // Even pieces: a last packet of a few bytes costs as much as a full one.
    const count = Math.ceil(body.length / room);
    const piece = Math.ceil(body.length / count);
    return Array.from({ length: count }, (_, index) => {
      const header = fragmentHeader(nal);
      const flags = (index === 0 ? FU_START : 0) | (index === count - 1 ? FU_END : 0);
      header[header.length - 1] = (header[header.length - 1] as number) | flags;
      return [header, body.subarray(index * piece, (index + 1) * piece)];
    });
  }
}

function lengthOf(parts: Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
