/** RTCP sender reports (RFC 3550 section 6.4.1), with the name that a compound packet must hold (section 6.5). */

/** What a report says. */
export interface SenderFacts {
  ssrc: number;
  /** RTP timestamp of the instant `unixMs`. */
  timestamp: number;
  unixMs: number;
  packets: number;
  /** Payload bytes sent. */
  octets: number;
}

const SENDER_REPORT = 200;
const SOURCE_DESCRIPTION = 202;
const REPORT_BYTES = 28;
const CNAME_ITEM = 1;
const CNAME = 'simulator';
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_EPOCH_OFFSET = 2_208_988_800;

/** One compound RTCP packet. */
export function formatSenderReport(facts: SenderFacts): Buffer {
  const report = Buffer.alloc(REPORT_BYTES);
  report[0] = 0x80;
  report[1] = SENDER_REPORT;
  report.writeUInt16BE(REPORT_BYTES / 4 - 1, 2);
  report.writeUInt32BE(facts.ssrc, 4);
  report.writeUInt32BE(Math.floor(facts.unixMs / 1000) + NTP_EPOCH_OFFSET, 8);
  report.writeUInt32BE(Math.floor(((facts.unixMs % 1000) / 1000) * 2 ** 32), 12);
  report.writeUInt32BE(facts.timestamp % 2 ** 32, 16);
  report.writeUInt32BE(facts.packets % 2 ** 32, 20);
  report.writeUInt32BE(facts.octets % 2 ** 32, 24);
  return Buffer.concat([report, sourceDescription(facts.ssrc)]);
}

function sourceDescription(ssrc: number): Buffer {
  const itemBytes = 2 + CNAME.length;
  // The list of items ends with at least one zero and is padded to whole words.
  const bytes = Math.ceil((8 + itemBytes + 1) / 4) * 4;
  const description = Buffer.alloc(bytes);
  description[0] = 0x81;
  description[1] = SOURCE_DESCRIPTION;
  description.writeUInt16BE(bytes / 4 - 1, 2);
  description.writeUInt32BE(ssrc, 4);
  description[8] = CNAME_ITEM;
  description[9] = CNAME.length;
  description.write(CNAME, 10, 'latin1');
  return description;
}
