/** JPEG over RTP (RFC 2435): the headers that travel apart are put back in front of the scan. */

import type { Depacketizer, EmitAccessUnit, RtpFacts } from '../packet.ts';
import { withRoom } from '../with-room.ts';
import { type JpegParts, readJpeg } from './jpeg-segments.ts';
import { HUFFMAN_SEGMENT, quantizersFor } from './jpeg-tables.ts';
import type { RtpPayload } from './payload.ts';

const MAIN_HEADER_BYTES = 8;
const RESTART_HEADER_BYTES = 4;
const QUANTIZER_HEADER_BYTES = 4;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
/** Q of tables that travel with the picture and may change with each (RFC 2435 section 3.1.8). */
const Q_IN_BAND = 255;
/** Added to the type when there are restart markers (RFC 2435 section 3.1.3). */
const TYPE_RESTART = 64;
/** Several times a 4K picture of the best quality. */
const MAX_JPEG_BYTES = 8 * 1024 * 1024;
const INITIAL_BYTES = 64 * 1024;
/** Room for most pictures; no more is kept between pictures. */
const KEPT_BYTES = 1024 * 1024;
/** Profiles of the extension: with further headers, and with the frame header alone. */
const ONVIF_JPEG: readonly number[] = [0xffd8, 0xffff];
const FRAME_HEADER_MARKER = Buffer.from([0xff, 0xc0]);
/** Two tables of 16-bit values. */
const MAX_TABLE_BYTES = 256;

/** Puts JPEG pictures together. */
export class MjpegDepacketizer implements Depacketizer {
  readonly #emit: EmitAccessUnit;
  #head: Buffer | undefined;
  /** The scan so far, in a buffer that is used again for the next picture. */
  #scan = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #bytes = 0;
  /** Tables sent in-band stay valid for later pictures with the same Q (RFC 2435 section 3.1.8). */
  readonly #tablesByQ = new Map<number, Buffer>();

  /** Where the header of RFC 2435 has no room for it: pictures of more than 2040 pixels. */
  #size: { width: number; height: number } | undefined;
  /** RTP time of the picture in the making. */
  #timestamp = 0;

  /** @param media what the description says of pictures larger than 2040 pixels */
  constructor(emit: EmitAccessUnit, media: { size?: { width: number; height: number } } = {}) {
    this.#emit = emit;
    this.#size = media.size;
  }

  push(payload: Buffer, { timestamp, marker, lost, extension }: RtpFacts): void {
    const told = extension === undefined ? undefined : sizeInExtension(extension);
    if (told !== undefined) this.#size = told;
    if (payload.length < MAIN_HEADER_BYTES) return;
    const offset = payload.readUIntBE(1, 3);
    if (payload.readUInt8(4) >= 64 && payload.length < MAIN_HEADER_BYTES + RESTART_HEADER_BYTES) return;
    // A camera that sets no marker: the picture ends where the next one begins.
    if (offset === 0 && !lost && this.#bytes > 0) this.#finish(this.#timestamp);
    // Offsets tell what is missing of a picture, but not of which picture they are.
    const isOfAnother = lost && offset !== 0 && timestamp !== this.#timestamp;
    this.#timestamp = timestamp;
    const scan = offset === 0 ? this.#begin(payload) : payload.subarray(headerBytes(payload));
    if (
      this.#head === undefined ||
      isOfAnother ||
      offset !== this.#bytes ||
      offset + scan.length > MAX_JPEG_BYTES
    ) {
      this.#discard();
      return;
    }
    this.#scan = withRoom(this.#scan, offset + scan.length);
    this.#bytes += scan.copy(this.#scan, offset);
    if (marker) this.#finish(timestamp);
  }

  #begin(payload: Buffer): Buffer {
    const type = payload.readUInt8(4);
    const q = payload.readUInt8(5);
    let at = headerBytes(payload);
    this.#discard();
    if (q >= 128) at = this.#readTables(payload, at, q);
    const tables = q >= 128 ? this.#tablesByQ.get(q) : quantizersFor(q);
    const size = sizeOf(payload, this.#size);
    if (tables !== undefined && tables.length >= 64 && size.width > 0 && size.height > 0) {
      this.#head = jpegHead({
        tables,
        subsampled: (type & 1) === 1,
        ...size,
        restartInterval: type >= 64 && payload.length >= 10 ? payload.readUInt16BE(MAIN_HEADER_BYTES) : 0,
      });
    }
    return payload.subarray(at);
  }

  #readTables(payload: Buffer, at: number, q: number): number {
    if (payload.length < at + QUANTIZER_HEADER_BYTES) return payload.length;
    const length = payload.readUInt16BE(at + 2);
    const start = at + QUANTIZER_HEADER_BYTES;
    if (length > 0)
      this.#tablesByQ.set(q, Buffer.from(payload.subarray(start, start + Math.min(length, MAX_TABLE_BYTES))));
    return start + length;
  }

  #finish(timestamp: number): void {
    const data = Buffer.concat([this.#head as Buffer, this.#scan.subarray(0, this.#bytes), END_OF_IMAGE]);
    this.#discard();
    this.#emit({ data, keyframe: true, timestamp });
  }

  #discard(): void {
    this.#head = undefined;
    this.#bytes = 0;
    if (this.#scan.length > KEPT_BYTES) this.#scan = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }
}

/** Width and height of the header; 0 says that they are told elsewhere (RFC 2435 section 3.1.5). */
function sizeOf(payload: Buffer, told = { width: 0, height: 0 }): { width: number; height: number } {
  const [width, height] = [payload.readUInt8(6) * 8, payload.readUInt8(7) * 8];
  return { width: width || told.width, height: height || told.height };
}

/** The frame header that ONVIF puts into the extension of the first packet (Streaming Specification section 5.1.4). */
function sizeInExtension(extension: Buffer): { width: number; height: number } | undefined {
  const at = extension.indexOf(FRAME_HEADER_MARKER);
  if (!ONVIF_JPEG.includes(extension.readUInt16BE(0)) || at < 0 || at + 9 > extension.length)
    return undefined;
  return { height: extension.readUInt16BE(at + 5), width: extension.readUInt16BE(at + 7) };
}

function headerBytes(payload: Buffer): number {
  return payload.readUInt8(4) >= 64 ? MAIN_HEADER_BYTES + RESTART_HEADER_BYTES : MAIN_HEADER_BYTES;
}

interface JpegHead {
  tables: Buffer;
  subsampled: boolean;
  width: number;
  height: number;
  restartInterval: number;
}

/** SOI, DQT, SOF0, DHT, DRI and SOS as RFC 2435 appendix B builds them. */
function jpegHead({ tables, subsampled, width, height, restartInterval }: JpegHead): Buffer {
  const luma = tables.subarray(0, 64);
  const chroma = tables.length >= 128 ? tables.subarray(64, 128) : luma;
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  const parts = [
    Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 67, 0]),
    luma,
    Buffer.from([0xff, 0xdb, 0, 67, 1]),
    chroma,
    Buffer.from([0xff, 0xc0, 0, 17, 8]),
    size,
    Buffer.from([3, 0, subsampled ? 0x22 : 0x21, 0, 1, 0x11, 1, 2, 0x11, 1]),
    HUFFMAN_SEGMENT,
  ];
  if (restartInterval > 0) {
    parts.push(Buffer.from([0xff, 0xdd, 0, 4, restartInterval >> 8, restartInterval & 0xff]));
  }
  parts.push(Buffer.from([0xff, 0xda, 0, 12, 3, 0, 0, 1, 0x11, 2, 0x11, 0, 63, 0]));
  return Buffer.concat(parts);
}

/**
 * Payloads of one picture, quantization tables in-band.
 * @throws RangeError for pictures that RFC 2435 cannot carry
 */
export function packetizeMjpeg(jpeg: Buffer, maxBytes: number): RtpPayload[] {
  const parts = readJpeg(jpeg);
  const payloads: RtpPayload[] = [];
  let offset = 0;
  while (offset < parts.scan.length) {
    const prefix = payloadHeaders(parts, offset);
    const body = parts.scan.subarray(offset, offset + maxBytes - prefix.length);
    payloads.push({ prefix, body });
    offset += body.length;
  }
  return payloads;
}

function payloadHeaders(parts: JpegParts, offset: number): Buffer {
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
