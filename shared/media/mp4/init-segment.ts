/** The initialisation segment of a video and perhaps its sound (ISO/IEC 14496-12 section 8). */
import type { Rotation } from '../packet.ts';
import { box, fullBox, u16, u32 } from './boxes.ts';
import type { SoundFormat } from './sound-format.ts';
import { MAX_DIMENSION, sampleEntryBox, type VideoFormat } from './video-format.ts';

/** Units of time in a second, those of RTP video. */
export const TIMESCALE = 90_000;
/** The video. */
export const TRACK_ID = 1;
/** The sound, where there is any. */
export const SOUND_TRACK_ID = 2;

/** What the boxes of a track say of it. */
interface Track {
  id: number;
  timescale: number;
  /** Handler (section 8.4.3) and media header (section 12). */
  handler: 'vide' | 'soun';
  mediaHeader: Buffer;
  sampleEntry: Buffer;
  /** 8.8 fixed point. */
  volume: number;
  rotation?: Rotation | undefined;
  /** Pixels as they are shown, before they are turned. */
  width: number;
  height: number;
}

/** Rows of the identity matrix in fixed point. */
const IDENTITY = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const UNDETERMINED_LANGUAGE = 0x55c4;
const TRACK_ENABLED_IN_MOVIE = 3;
const DATA_IN_THIS_FILE = 1;
const FULL_VOLUME = 0x0100;

/** Everything a player needs before the first fragment. */
export function buildInitSegment(format: VideoFormat, sound?: SoundFormat): Buffer {
  const brands = Buffer.from('iso6\0\0\0\0iso6cmfcmp41', 'latin1');
  const tracks = [videoTrack(format), ...(sound === undefined ? [] : [soundTrack(sound)])];
  const defaults = tracks.map(({ id }) => fullBox('trex', 0, 0, u32(id, 1, 0, 0, 0)));
  return Buffer.concat([
    box('ftyp', brands),
    box('moov', movieHeader(tracks.length + 1), ...tracks.map(trackBox), box('mvex', ...defaults)),
  ]);
}

function videoTrack(format: VideoFormat): Track {
  return {
    id: TRACK_ID,
    timescale: TIMESCALE,
    handler: 'vide',
    mediaHeader: fullBox('vmhd', 0, 1, Buffer.alloc(8)),
    sampleEntry: sampleEntryBox(format),
    volume: 0,
    width: shownWidth(format),
    height: format.height,
    rotation: format.rotation,
  };
}

/** Pixels; where the shape of a sample makes a picture wider than the field holds, the set is damaged. */
function shownWidth({ width, pixelAspect: [horizontal, vertical] = [1, 1] }: VideoFormat): number {
  const shown = Math.round((width * horizontal) / vertical);
  return shown >= 1 && shown <= MAX_DIMENSION ? shown : width;
}

function soundTrack({ timescale, sampleEntry }: SoundFormat): Track {
  const mediaHeader = fullBox('smhd', 0, 0, u32(0));
  const shown = { volume: FULL_VOLUME, width: 0, height: 0 };
  return { id: SOUND_TRACK_ID, timescale, handler: 'soun', mediaHeader, sampleEntry, ...shown };
}

function movieHeader(nextTrack: number): Buffer {
  return fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, TIMESCALE, 0),
    u32(0x10000),
    u16(FULL_VOLUME),
    Buffer.alloc(10),
    IDENTITY,
    Buffer.alloc(24),
    u32(nextTrack),
  );
}

/** Turns a picture clockwise and moves it back to the origin (ISO/IEC 14496-12 section 8.3.2): 16.16, 2.30 fixed point. */
function matrixOf({ rotation, width, height }: Pick<Track, 'rotation' | 'width' | 'height'>): Buffer {
  if (rotation === undefined) return IDENTITY;
  const [a, b, c, d, x, y] = {
    90: [0, 1, -1, 0, height, 0],
    180: [-1, 0, 0, -1, width, height],
    270: [0, -1, 1, 0, 0, width],
  }[rotation].map((value) => (value * 0x10000) >>> 0) as [number, number, number, number, number, number];
  return u32(a, b, 0, c, d, 0, x, y, 0x40000000);
}

function trackBox({ id, timescale, handler, volume, width, height, rotation, ...media }: Track): Buffer {
  const header = fullBox(
    'tkhd',
    0,
    TRACK_ENABLED_IN_MOVIE,
    u32(0, 0, id, 0, 0),
    Buffer.alloc(8),
    u16(0, 0, volume, 0),
    matrixOf({ rotation, width, height }),
    // 16.16 fixed point
    u16(width, 0, height, 0),
  );
  const mediaHeader = fullBox('mdhd', 0, 0, u32(0, 0, timescale, 0), u16(UNDETERMINED_LANGUAGE, 0));
  const name = Buffer.from(handler === 'vide' ? 'video\0' : 'sound\0', 'latin1');
  const handlerBox = fullBox('hdlr', 0, 0, u32(0), Buffer.from(handler, 'latin1'), Buffer.alloc(12), name);
  return box('trak', header, box('mdia', mediaHeader, handlerBox, mediaInformation(media)));
}

function mediaInformation({ mediaHeader, sampleEntry }: Pick<Track, 'mediaHeader' | 'sampleEntry'>): Buffer {
  const reference = fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, DATA_IN_THIS_FILE));
  // The samples are in the fragments: all tables are empty.
  const tables = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  return box('minf', mediaHeader, box('dinf', reference), tables);
}
