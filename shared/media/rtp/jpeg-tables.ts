/** The tables that RTP/JPEG leaves out of the stream (RFC 2435 appendices A and B, JPEG annex K). */

/** Luma and chroma quantizers for quality 50, in zigzag order (RFC 2435 appendix A). */
const LUMA_QUANTIZER = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58,
  51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103,
  62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];
const CHROMA_QUANTIZER = [
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** Both quantizer tables, 128 bytes, for a Q of 1 to 99 (RFC 2435 section 4.2). */
export function quantizersFor(q: number): Buffer {
  const factor = Math.min(99, Math.max(1, q));
  const scale = factor < 50 ? Math.floor(5000 / factor) : 200 - factor * 2;
  return Buffer.from(
    [...LUMA_QUANTIZER, ...CHROMA_QUANTIZER].map((value) =>
      Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))),
    ),
  );
}

const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const LUMA_DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const CHROMA_DC_COUNTS = [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
const LUMA_AC_COUNTS = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d];
const CHROMA_AC_COUNTS = [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77];
const LUMA_AC_VALUES =
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa';
const CHROMA_AC_VALUES =
  '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa';

/** One DHT segment with all four default Huffman tables (ITU-T T.81 annex K.3). */
export const HUFFMAN_SEGMENT: Buffer = dhtSegment();

function dhtSegment(): Buffer {
  const tables = Buffer.concat([
    Buffer.from([0x00, ...LUMA_DC_COUNTS, ...DC_VALUES]),
    Buffer.from([0x10, ...LUMA_AC_COUNTS]),
    Buffer.from(LUMA_AC_VALUES, 'hex'),
    Buffer.from([0x01, ...CHROMA_DC_COUNTS, ...DC_VALUES]),
    Buffer.from([0x11, ...CHROMA_AC_COUNTS]),
    Buffer.from(CHROMA_AC_VALUES, 'hex'),
  ]);
  const head = Buffer.from([0xff, 0xc4, 0, 0]);
  head.writeUInt16BE(tables.length + 2, 2);
  return Buffer.concat([head, tables]);
}
