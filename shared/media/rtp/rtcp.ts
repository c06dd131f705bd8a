/** The RTCP that a video sender speaks (RFC 3550 section 6, RFC 4585 section 6, RFC 5104 section 4.3.1). */

const SENDER_REPORT = 200;
const SOURCE_DESCRIPTION = 202;
const CNAME_ITEM = 1;
const RECEIVER_REPORT = 201;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
const NACK = 1;
const PLI = 1;
const FIR = 4;
/** As many as any viewer asks for in one packet; the rest it asks for again. */
const MAX_MISSING = 1024;
const HEADER_BYTES = 4;
const FEEDBACK_HEADER_BYTES = 12;
const REPORT_BLOCK_BYTES = 24;
/** Seconds from 1900, where NTP time starts, to 1970. */
const NTP_OFFSET_SECONDS = 2_208_988_800;

/** What a viewer tells of what it got. */
export interface ViewerFeedback {
  /** Sequence numbers it misses. */
  missing: number[];
  /** It cannot decode and needs a keyframe. */
  wantsKeyframe: boolean;
  /** Share of packets lost since its last report, 0 to 1; undefined when it did not report. */
  lossRate: number | undefined;
}

/** Reads a compound packet; what is malformed or unknown is skipped. @param otherSsrc a source whose reports are not meant */
export function parseFeedback(bytes: Buffer, otherSsrc?: number): ViewerFeedback {
  const feedback: ViewerFeedback = { missing: [], wantsKeyframe: false, lossRate: undefined };
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    const end = offset + HEADER_BYTES + bytes.readUInt16BE(offset + 2) * 4;
    if (end > bytes.length || (bytes[offset] as number) >> 6 !== 2) break;
    readPacket(bytes.subarray(offset, end), feedback, otherSsrc);
    offset = end;
  }
  return feedback;
}

function readPacket(packet: Buffer, feedback: ViewerFeedback, otherSsrc: number | undefined): void {
  const count = (packet[0] as number) & 0x1f;
  const type = packet[1] as number;
  if (type === RECEIVER_REPORT) feedback.lossRate = lossRateOf(packet, count, otherSsrc) ?? feedback.lossRate;
  if (packet.length < FEEDBACK_HEADER_BYTES || packet.readUInt32BE(8) === otherSsrc) return;
  if (type === TRANSPORT_FEEDBACK && count === NACK)
    feedback.missing = [...feedback.missing, ...missingOf(packet)].slice(0, MAX_MISSING);
  if (type === PAYLOAD_FEEDBACK && (count === PLI || count === FIR)) feedback.wantsKeyframe = true;
}

/** Of the first block that is about the picture (RFC 3550 section 6.4.2). */
function lossRateOf(packet: Buffer, count: number, otherSsrc: number | undefined): number | undefined {
  for (let index = 0, at = 8; index < count && at + REPORT_BLOCK_BYTES <= packet.length; index += 1) {
    if (packet.readUInt32BE(at) !== otherSsrc) return (packet[at + 4] as number) / 256;
    at += REPORT_BLOCK_BYTES;
  }
  return undefined;
}

/** Generic NACK: a packet id and a mask of the sixteen that follow (RFC 4585 section 6.2.1). */
function missingOf(packet: Buffer): number[] {
  const missing: number[] = [];
  const end = Math.min(packet.length, FEEDBACK_HEADER_BYTES + MAX_MISSING * 4);
  for (let offset = FEEDBACK_HEADER_BYTES; offset + 4 <= end; offset += 4) {
    const first = packet.readUInt16BE(offset);
    const mask = packet.readUInt16BE(offset + 2);
    missing.push(first);
    for (let bit = 0; bit < 16; bit += 1) {
      if (((mask >> bit) & 1) === 1) missing.push((first + bit + 1) & 0xffff);
    }
  }
  return missing;
}

/** Facts of a sender report. */
export interface SenderFacts {
  ssrc: number;
  /** RTP time of the moment `now`. */
  timestamp: number;
  packets: number;
  octets: number;
}

/** A sender report (RFC 3550 section 6.4.1). @param now Unix milliseconds */
export function senderReport({ ssrc, timestamp, packets, octets }: SenderFacts, now: number): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(SENDER_REPORT, 1);
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE((Math.floor(now / 1000) + NTP_OFFSET_SECONDS) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(packets >>> 0, 20);
  report.writeUInt32BE(octets >>> 0, 24);
  return report;
}

/** The name of a source, which every compound packet holds (RFC 3550 section 6.5). @param cname Latin-1 */
export function sourceDescription(ssrc: number, cname: string): Buffer {
  // The list of items ends with at least one zero and is padded to whole words.
  const bytes = Math.ceil((8 + 2 + cname.length + 1) / 4) * 4;
  const description = Buffer.alloc(bytes);
  description[0] = 0x81;
  description[1] = SOURCE_DESCRIPTION;
  description.writeUInt16BE(bytes / 4 - 1, 2);
  description.writeUInt32BE(ssrc, 4);
  description[8] = CNAME_ITEM;
  description[9] = cname.length;
  description.write(cname, 10, 'latin1');
  return description;
}

/** What a receiver reports of a source. */
export interface ReceptionFacts {
  ssrc: number;
  /** Newest sequence number, 16 bits. */
  sequence: number;
}

/** A receiver report that says that packets arrive, without loss (RFC 3550 section 6.4.2). @param ssrc our own */
export function receiverReport(ssrc: number, { ssrc: source, sequence }: ReceptionFacts): Buffer {
  const report = Buffer.alloc(8 + REPORT_BLOCK_BYTES);
  report[0] = 0x81;
  report[1] = RECEIVER_REPORT;
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(source, 8);
  report.writeUInt32BE(sequence, 16);
  return report;
}
