/** H.264 over RTP, packetization mode 1 (RFC 6184): single NAL units and FU-A. */
import { splitNalUnits } from './nal-units.ts';
import { chunksOf, type RtpPayload } from './payload.ts';

const NAL_ACCESS_UNIT_DELIMITER = 9;
const NAL_FU_A = 28;
const FU_HEADER_BYTES = 2;
const FU_START = 0x80;
const FU_END = 0x40;
const EMPTY = Buffer.alloc(0);

/** Payloads of one access unit; delimiters are left out, the marker bit says the same. */
export function packetizeH264(unit: Buffer, maxBytes: number): RtpPayload[] {
  return splitNalUnits(unit)
    .filter((nal) => ((nal[0] as number) & 0x1f) !== NAL_ACCESS_UNIT_DELIMITER)
    .flatMap((nal) => (nal.length <= maxBytes ? [{ prefix: EMPTY, body: nal }] : fragment(nal, maxBytes)));
}

/** RFC 6184 section 5.8: the NAL header's parts move into the FU indicator and FU header. */
function fragment(nal: Buffer, maxBytes: number): RtpPayload[] {
  const header = nal[0] as number;
  const indicator = (header & 0xe0) | NAL_FU_A;
  const pieces = chunksOf(nal.subarray(1), maxBytes - FU_HEADER_BYTES);
  return pieces.map((body, index) => {
    const flags = (index === 0 ? FU_START : 0) | (index === pieces.length - 1 ? FU_END : 0);
    return { prefix: Buffer.from([indicator, flags | (header & 0x1f)]), body };
  });
}
