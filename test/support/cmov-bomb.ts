/** A small MP4 whose compressed movie header (QuickTime `cmov`) unfolds to a table of any size. */
import { createDeflate } from 'node:zlib';

const box = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const full = (type: string, ...parts: Buffer[]): Buffer => box(type, Buffer.alloc(4), ...parts);
const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};
const head = (length: number, type: string): Buffer =>
  Buffer.concat([u32(length), Buffer.from(type, 'latin1')]);
const AVC_C = box('avcC', Buffer.from('0142c01effe1000a6742c01eda014016e84001000468ce3c80', 'hex'));
const ENTRY_PAIRS = 131_072;

/** @param megabytes that the table of times takes once it is unfolded */
export async function cmovBomb(megabytes: number): Promise<Buffer> {
  const entries = (megabytes * 1024 * 1024) / 8;
  const size = Buffer.alloc(4);
  size.writeUInt16BE(320, 0);
  size.writeUInt16BE(240, 2);
  const sampleEntry = box(
    'avc1',
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, ...Array(16).fill(0)]),
    size,
    u32(0x480000, 0x480000, 0),
    Buffer.from([0, 1, ...Array(32).fill(0), 0, 0x18, 0xff, 0xff]),
    AVC_C,
  );
  const tables = Buffer.concat([
    full('stsd', u32(1), sampleEntry),
    full('stsc', u32(1, 1, 1, 1)),
    full('stsz', u32(100, 1)),
    full('stco', u32(1, 48)),
  ]);
  const bigLength = 16 + entries * 8;
  const media = Buffer.concat([
    full('vmhd', Buffer.alloc(8)),
    box('dinf', full('dref', u32(1), full('url '))),
    head(8 + tables.length + bigLength, 'stbl'),
    tables,
    head(bigLength, 'stts'),
    u32(0, entries),
  ]);
  const big = entries * 8;
  const track = Buffer.concat([
    full('mdhd', u32(0, 0, 90_000, 900_000), Buffer.alloc(4)),
    full('hdlr', Buffer.alloc(4), Buffer.from('vide'), Buffer.alloc(12), Buffer.from('v\0')),
    head(8 + media.length + big, 'minf'),
    media,
  ]);
  const movie = Buffer.concat([
    full('tkhd', u32(0, 0, 1, 0, 900_000), Buffer.alloc(60)),
    head(8 + track.length + big, 'mdia'),
    track,
  ]);
  const all = Buffer.concat([
    full('mvhd', u32(0, 0, 90_000, 900_000), Buffer.alloc(80)),
    head(8 + movie.length + big, 'trak'),
    movie,
  ]);
  const length = 8 + all.length + big;
  const packed = await deflate(Buffer.concat([head(length, 'moov'), all]), big);
  const cmov = box('cmov', box('dcom', Buffer.from('zlib')), box('cmvd', u32(length), packed));
  const data = box('mdat', Buffer.from([0, 0, 0, 4, 0x65, 1, 2, 3]), Buffer.alloc(200));
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\x02\0isomavc1', 'latin1')),
    data,
    box('moov', cmov),
  ]);
}

/** Compresses a head and a table of equal entries, without the table ever being in memory as a whole. */
async function deflate(start: Buffer, tableBytes: number): Promise<Buffer> {
  const unit = Buffer.concat(Array.from({ length: ENTRY_PAIRS }, () => u32(1, 9)));
  const packer = createDeflate({ level: 9 });
  const pieces: Buffer[] = [];
  packer.on('data', (piece: Buffer) => pieces.push(piece));
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => packer.write(bytes, () => resolve()));
  await write(start);
  for (let left = tableBytes; left > 0; left -= unit.length) await write(unit.subarray(0, left));
  await new Promise<void>((resolve) => {
    packer.once('end', () => resolve());
    packer.end();
  });
  return Buffer.concat(pieces);
}
