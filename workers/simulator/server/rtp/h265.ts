/** H.265 over RTP (RFC 7798): single NAL units and fragmentation units. */
import { splitNalUnits } from './nal-units.ts';
import { chunksOf, type RtpPayload } from './payload.ts';

const NAL_ACCESS_UNIT_DELIMITER = 35;
const NAL_FU = 49;
const NAL_HEADER_BYTES = 2;
const FU_HEADER_BYTES = 3;
const FU_START = 0x80;
const FU_END = 0x40;
const EMPTY = Buffer.alloc(0);

/** Payloads of one access unit; delimiters are left out, the marker bit says the same. */
export function packetizeH265(unit: Buffer, maxBytes: number): RtpPayload[] {
  return splitNalUnits(unit)
    .filter((nal) => nal.length > NAL_HEADER_BYTES && typeOf(nal) !== NAL_ACCESS_UNIT_DELIMITER)
    .flatMap((nal) => (nal.length <= maxBytes ? [{ prefix: EMPTY, body: nal }] : fragment(nal, maxBytes)));
}

function typeOf(nal: Buffer): number {
  return ((nal[0] as number) >> 1) & 0x3f;
}

/** RFC 7798 section 4.4.3: layer and temporal ids stay in the payload header, the type moves into the FU header. */
function fragment(nal: Buffer, maxBytes: number): RtpPayload[] {
  const payloadHeader = [((nal[0] as number) & 0x81) | (NAL_FU << 1), nal[1] as number];
  const pieces = chunksOf(nal.subarray(NAL_HEADER_BYTES), maxBytes - FU_HEADER_BYTES);
  return pieces.map((body, index) => {
    const flags = (index === 0 ? FU_START : 0) | (index === pieces.length - 1 ? FU_END : 0);
    return { prefix: Buffer.from([...payloadHeader, flags | typeOf(nal)]), body };
  });
}
