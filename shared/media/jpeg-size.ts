/** Reads the size of a JPEG from its frame header (ITU-T T.81, B.2.2). */

/** Pixels. */
export interface JpegSize {
  width: number;
  height: number;
}

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
/** Within the range of frame headers, but tables and a reserved marker. */
const NOT_A_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/** The size; undefined where the bytes are no whole header of a JPEG. */
export function jpegSize(bytes: Buffer): JpegSize | undefined {
  if (bytes.length < 2 || bytes[0] !== MARKER || bytes[1] !== START_OF_IMAGE) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === MARKER) {
    const kind = bytes[at + 1] as number;
    if (kind === START_OF_SCAN) return undefined;
    if (kind >= 0xc0 && kind <= 0xcf && !NOT_A_FRAME.has(kind)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
