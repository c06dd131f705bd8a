/** The initialisation segment of one video track (ISO/IEC 14496-12 section 8). */
import { box, fullBox, u8, u16, u32 } from './boxes.ts';
import { sampleEntryBox, type VideoFormat } from './video-format.ts';

/** Units of time in a second, those of RTP video. */
export const TIMESCALE = 90_000;
/** The only track. */
export const TRACK_ID = 1;

/** Rows of the identity matrix in fixed point. */
const IDENTITY = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const UNDETERMINED_LANGUAGE = 0x55c4;
const TRACK_ENABLED_IN_MOVIE = 3;
const DATA_IN_THIS_FILE = 1;

/** Everything a player needs before the first fragment. */
export function buildInitSegment(format: VideoFormat): Buffer {
  const brands = Buffer.from('iso6\0\0\0\0iso6cmfcmp41', 'latin1');
  return Buffer.concat([
    box('ftyp', brands),
    box('moov', movieHeader(), track(format), box('mvex', fullBox('trex', 0, 0, u32(TRACK_ID, 1, 0, 0, 0)))),
  ]);
}

function movieHeader(): Buffer {
  const [rate, volume] = [u32(0x10000), u16(0x0100)];
  const nextTrack = u32(TRACK_ID + 1);
  return fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, TIMESCALE, 0),
    rate,
    volume,
    Buffer.alloc(10),
    IDENTITY,
    Buffer.alloc(24),
    nextTrack,
  );
}

function track(format: VideoFormat): Buffer {
  const [horizontal, vertical] = format.pixelAspect ?? [1, 1];
  const shownWidth = Math.round((format.width * horizontal) / vertical);
  const header = fullBox(
    'tkhd',
    0,
    TRACK_ENABLED_IN_MOVIE,
    u32(0, 0, TRACK_ID, 0, 0),
    Buffer.alloc(8),
    u16(0, 0, 0, 0),
    IDENTITY,
    // 16.16 fixed point
    u16(shownWidth, 0, format.height, 0),
  );
  const media = fullBox('mdhd', 0, 0, u32(0, 0, TIMESCALE, 0), u16(UNDETERMINED_LANGUAGE, 0));
  const handler = fullBox(
    'hdlr',
    0,
    0,
    u32(0),
    Buffer.from('vide', 'latin1'),
    Buffer.alloc(12),
    Buffer.from('video\0', 'latin1'),
  );
  return box('trak', header, box('mdia', media, handler, mediaInformation(format)));
}

function mediaInformation(format: VideoFormat): Buffer {
  const reference = fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, DATA_IN_THIS_FILE));
  // The samples are in the fragments: all tables are empty.
  const tables = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntryBox(format)),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  return box('minf', fullBox('vmhd', 0, 1, u8(0, 0, 0, 0, 0, 0, 0, 0)), box('dinf', reference), tables);
}
