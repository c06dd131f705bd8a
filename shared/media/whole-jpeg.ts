/** JPEGs that any viewer shows as they are (ITU-T T.81). */
import { HUFFMAN_SEGMENT } from './rtp/jpeg-tables.ts';

/** A picture without need of a decoder. */
export interface WholeJpeg {
  data: Buffer;
  /** Pixels. */
  width: number;
  height: number;
}

const SOI = 0xd8;
const DHT = 0xc4;
const EOI = 0xd9;
const SOS = 0xda;
/** Baseline, extended and progressive, all with Huffman coding: what browsers show. */
const FRAMES: readonly number[] = [0xc0, 0xc1, 0xc2];
/** Grey, and colours that need no profile. */
const COMPONENTS: readonly number[] = [1, 3];

/**
 * Checks the structure of a JPEG from its start to its end marker. Motion JPEG may leave the usual
 * Huffman tables out, which are then put in.
 * @returns undefined where a viewer might not show it
 */
export function wholeJpeg(data: Buffer): WholeJpeg | undefined {
  if (data[0] !== 0xff || data[1] !== SOI || data.at(-2) !== 0xff || data.at(-1) !== EOI) return undefined;
  let size: { width: number; height: number } | undefined;
  let hasTables = false;
  let at = 2;
  while (at + 10 <= data.length && data[at] === 0xff) {
    const marker = data[at + 1] as number;
    if (marker === SOS) {
      if (size === undefined || size.width === 0 || size.height === 0) return undefined;
      return { ...size, data: hasTables ? data : withTables(data, at) };
    }
    if (marker === DHT) hasTables = true;
    if (FRAMES.includes(marker)) {
      if (!COMPONENTS.includes(data[at + 9] as number)) return undefined;
      size = { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
    }
    // Any number of fill bytes may stand before a marker.
    at += marker === 0xff ? 1 : 2 + data.readUInt16BE(at + 2);
  }
  return undefined;
}

function withTables(data: Buffer, at: number): Buffer {
  return Buffer.concat([data.subarray(0, at), HUFFMAN_SEGMENT, data.subarray(at)]);
}
