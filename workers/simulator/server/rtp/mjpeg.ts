/** JPEG over RTP (RFC 2435), quantization tables in-band with every picture. */
import { type JpegParts, readJpeg } from './jpeg-segments.ts';
import type { RtpPayload } from './payload.ts';

const MAIN_HEADER_BYTES = 8;
const RESTART_HEADER_BYTES = 4;
const QUANTIZER_HEADER_BYTES = 4;
/** Q of tables that travel with the picture and may change with each (RFC 2435 section 3.1.8). */
const Q_IN_BAND = 255;
/** Added to the type when there are restart markers (RFC 2435 section 3.1.3). */
const TYPE_RESTART = 64;

/** Payloads of one picture. @throws RangeError for pictures that RFC 2435 cannot carry */
export function packetizeMjpeg(jpeg: Buffer, maxBytes: number): RtpPayload[] {
  const parts = readJpeg(jpeg);
  const payloads: RtpPayload[] = [];
  let offset = 0;
  while (offset < parts.scan.length) {
    const prefix = headersOf(parts, offset);
    const body = parts.scan.subarray(offset, offset + maxBytes - prefix.length);
    payloads.push({ prefix, body });
    offset += body.length;
  }
  return payloads;
}

function headersOf(parts: JpegParts, offset: number): Buffer {
  const main = Buffer.alloc(MAIN_HEADER_BYTES);
  main.writeUIntBE(offset, 1, 3);
  main[4] = parts.type + (parts.restartInterval > 0 ? TYPE_RESTART : 0);
  main[5] = Q_IN_BAND;
  main[6] = Math.ceil(parts.width / 8);
  main[7] = Math.ceil(parts.height / 8);
  const headers: Buffer[] = [main];
  if (parts.restartInterval > 0) headers.push(restartHeader(parts.restartInterval));
  if (offset === 0) headers.push(quantizerHeader(parts.quantizers.length), parts.quantizers);
  return Buffer.concat(headers);
}

/** RFC 2435 section 3.1.7: F and L set and count 0x3fff, that is, whole pictures are reassembled. */
function restartHeader(interval: number): Buffer {
  const header = Buffer.alloc(RESTART_HEADER_BYTES, 0xff);
  header.writeUInt16BE(interval, 0);
  return header;
}

function quantizerHeader(length: number): Buffer {
  const header = Buffer.alloc(QUANTIZER_HEADER_BYTES);
  header.writeUInt16BE(length, 2);
  return header;
}
