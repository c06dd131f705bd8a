/** The parts of a baseline JPEG that RTP carries (ITU-T T.81 annex B). */

export interface JpegParts {
  width: number;
  height: number;
  /** RTP/JPEG type: 0 for 4:2:2, 1 for 4:2:0. */
  type: 0 | 1;
  /** MCUs between restart markers; 0 for none. */
  restartInterval: number;
  /** Luma and chroma table, 64 bytes each, zigzag order. */
  quantizers: Buffer;
  /** Entropy-coded data without markers around it. */
  scan: Buffer;
}

const SOF0 = 0xc0;
const DHT = 0xc4;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const TABLE_BYTES = 64;
/** Symbols of a standard AC table (T.81 annex K.3.2); tables made for one picture have fewer. */
const STANDARD_AC_SYMBOLS = 162;

/** Reads a JPEG. @throws RangeError when RFC 2435 cannot carry it */
export function readJpeg(jpeg: Buffer): JpegParts {
  const tables: Buffer[] = [];
  let frame: Pick<JpegParts, 'width' | 'height' | 'type'> | undefined;
  let restartInterval = 0;
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] as number;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    const segment = jpeg.subarray(at + 4, end);
    if (marker === DQT) readQuantizers(segment, tables);
    else if (marker === DHT) checkHuffmanTables(segment);
    else if (marker === DRI) restartInterval = segment.readUInt16BE(0);
    else if (marker === SOF0) frame = readFrameHeader(segment);
    else if (marker === SOS && frame !== undefined) {
      const quantizers = Buffer.concat([tables[0] as Buffer, (tables[1] ?? tables[0]) as Buffer]);
      return { ...frame, restartInterval, quantizers, scan: scanOf(jpeg, end) };
    }
    at = end;
  }
  throw new RangeError('not a baseline JPEG');
}

function readQuantizers(segment: Buffer, tables: Buffer[]): void {
  for (let at = 0; at + 1 + TABLE_BYTES <= segment.length; at += 1 + TABLE_BYTES) {
    const id = segment[at] as number;
    if (id > 1) throw new RangeError('RTP carries two 8-bit quantization tables');
    tables[id] = segment.subarray(at + 1, at + 1 + TABLE_BYTES);
  }
}

function checkHuffmanTables(segment: Buffer): void {
  let at = 0;
  while (at + 17 <= segment.length) {
    const symbols = segment.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    const isAc = (segment[at] as number) >> 4 === 1;
    if (isAc && symbols !== STANDARD_AC_SYMBOLS)
      throw new RangeError('RTP carries standard Huffman tables only');
    at += 17 + symbols;
  }
}

function readFrameHeader(segment: Buffer): Pick<JpegParts, 'width' | 'height' | 'type'> {
  const sampling = segment[7];
  const height = segment.readUInt16BE(1);
  const width = segment.readUInt16BE(3);
  if (sampling !== 0x21 && sampling !== 0x22) throw new RangeError('RTP carries 4:2:0 and 4:2:2 only');
  if (width > 2040 || height > 2040) throw new RangeError('RTP carries at most 2040x2040 pixels');
  return { width, height, type: sampling === 0x22 ? 1 : 0 };
}

function scanOf(jpeg: Buffer, start: number): Buffer {
  const hasEnd = jpeg.at(-1) === EOI && jpeg.at(-2) === 0xff;
  return jpeg.subarray(start, hasEnd ? jpeg.length - 2 : jpeg.length);
}
