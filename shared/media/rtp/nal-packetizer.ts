/** What the packetizers of H.264 and H.265 share: a NAL unit as it is, or in fragments. */
import type { RtpPayload } from './payload.ts';

/** What differs between the payload formats of the two codecs. */
export interface NalPayloadFormat {
  /** Bytes of a NAL unit's header. */
  headerBytes: number;
  /** Whether receivers need not see a NAL unit: delimiters and filler. */
  isDroppable(nal: Buffer): boolean;
  /** Header of a fragment; start and end bits go into its last byte. */
  fragmentHeader(nal: Buffer): number[];
}

const FU_START = 0x80;
const FU_END = 0x40;
const EMPTY = Buffer.alloc(0);

/** Payloads of at most `maxBytes` for the NAL units of one access unit. */
export function packetizeNals(
  nals: readonly Buffer[],
  maxBytes: number,
  format: NalPayloadFormat,
): RtpPayload[] {
  return nals
    .filter((nal) => nal.length > format.headerBytes && !format.isDroppable(nal))
    .flatMap((nal) =>
      nal.length <= maxBytes ? [{ prefix: EMPTY, body: nal }] : fragment(nal, maxBytes, format),
    );
}

function fragment(nal: Buffer, maxBytes: number, format: NalPayloadFormat): RtpPayload[] {
  const header = format.fragmentHeader(nal);
  const flagsAt = header.length - 1;
  const body = nal.subarray(format.headerBytes);
  // Even pieces: a last packet of a few bytes costs as much as a full one.
  const count = Math.ceil(body.length / (maxBytes - header.length));
  const piece = Math.ceil(body.length / count);
  return Array.from({ length: count }, (_, index) => {
    const prefix = Buffer.from(header);
    const flags = (index === 0 ? FU_START : 0) | (index === count - 1 ? FU_END : 0);
    prefix[flagsAt] = (prefix[flagsAt] as number) | flags;
    return { prefix, body: body.subarray(index * piece, (index + 1) * piece) };
  });
}
