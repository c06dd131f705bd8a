/** Boxes of the ISO base media file format (ISO/IEC 14496-12 section 4.2). */

/** Length and type in front of every box, bytes. */
export const BOX_HEADER_BYTES = 8;

/** A box around its parts. @param type four characters */
export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, BOX_HEADER_BYTES);
  const header = Buffer.alloc(BOX_HEADER_BYTES);
  header.writeUInt32BE(length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...parts], length);
}

/** A box with a version and 24 flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Buffer[]): Buffer {
  return box(type, u32(version * 0x1000000 + flags), ...parts);
}

/** Numbers of 8 bits. */
export function u8(...values: readonly number[]): Buffer {
  return Buffer.from(values);
}

/** Numbers of 16 bits. */
export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

/** Numbers of 32 bits; negative ones as two's complement. */
export function u32(...values: readonly number[]): Buffer {
  return u32List(values);
}

/** As {@link u32}, for lists whose length a peer decides: arguments are limited in number. */
export function u32List(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** A number of 64 bits, exact up to 2^53. */
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
