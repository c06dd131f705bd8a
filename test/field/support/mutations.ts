/** Damage to a recorded stream as networks and cameras do it. */
import type { VideoCodec } from '#shared/media/packet.ts';
import type { Random } from '../../soak/random.ts';
import { hevcTypeOf, isFragment, isHevcFragment, typeOf } from './payloads.ts';
import type { Piece } from './recording.ts';

/** Changes a stream; `random` is all the chance in it. */
export type Mutation = (pieces: readonly Piece[], random: Random, codec: VideoCodec) => Piece[];

const RTP_HEADER_BYTES = 12;
const MARKER = 0x80;
const FU_START = 0x80;
const FU_END = 0x40;
const PICTURE_TICKS = 6000;
const PARAMETER_SETS: readonly number[] = [7, 8];
const HEVC_PARAMETER_SETS: readonly number[] = [32, 33, 34];

/** What happens to streams of every codec. */
export const MUTATIONS: Record<string, Mutation> = {
  'nothing changed': (pieces) => [...pieces],
  'one packet in 100 lost': (pieces, random) => pieces.filter(() => random.next() >= 0.01),
  'one packet in 10 lost': (pieces, random) => pieces.filter(() => random.next() >= 0.1),
  'runs of 20 packets lost': (pieces, random) => {
    const starts = Array.from({ length: 6 }, () => random.integer(0, pieces.length));
    return pieces.filter((_, at) => !starts.some((start) => at >= start && at < start + 20));
  },
  'one packet in 5 doubled': (pieces, random) =>
    pieces.flatMap((piece) => (random.next() < 0.2 ? [piece, piece] : [piece])),
  'packets doubled 5 packets later': (pieces, random) =>
    pieces.flatMap((piece, at) => {
      const earlier = random.next() < 0.05 ? pieces[at - 5] : undefined;
      return earlier === undefined ? [piece] : [piece, earlier];
    }),
  'neighbours swapped': (pieces, random) => swapped(pieces, random, 1),
  'packets swapped over a distance of 8': (pieces, random) => swapped(pieces, random, 8),
  'bits flipped in one payload in 20': (pieces, random) =>
    changed(pieces, random, 0.05, (bytes) => flip(bytes, random, RTP_HEADER_BYTES, bytes.length)),
  'bits flipped in every third payload': (pieces, random) =>
    changed(pieces, random, 0.33, (bytes) => flip(bytes, random, RTP_HEADER_BYTES, bytes.length)),
  'bits flipped in RTP headers': (pieces, random) =>
    changed(pieces, random, 0.05, (bytes) => flip(bytes, random, 0, RTP_HEADER_BYTES)),
  'bits flipped in the heads of payloads': (pieces, random) =>
    changed(pieces, random, 0.05, (bytes) => flip(bytes, random, RTP_HEADER_BYTES, RTP_HEADER_BYTES + 3)),
  'one packet in 20 cut short': (pieces, random) =>
    pieces.map((piece) =>
      random.next() < 0.05
        ? { ...piece, bytes: piece.bytes.subarray(0, random.integer(0, piece.bytes.length)) }
        : piece,
    ),
  'no marker': (pieces) => marked(pieces, () => false),
  'a marker on every packet': (pieces) => marked(pieces, () => true),
  'markers by chance': (pieces, random) => marked(pieces, () => random.next() < 0.3),
  'one marker in 5 missing': (pieces, random) => marked(pieces, (isSet) => isSet && random.next() >= 0.2),
  'time stands still': (pieces) => timed(pieces, () => 1000),
  'times by chance, one a picture': (pieces, random) => {
    const times = new Map<number, number>();
    for (const { picture } of pieces) times.set(picture, random.integer(0, 2 ** 32 - 1));
    return timed(pieces, (piece) => times.get(piece.picture) ?? 0);
  },
  'times by chance, one a packet': (pieces, random) => timed(pieces, () => random.integer(0, 2 ** 32 - 1)),
  'time jumps back and ahead': (pieces) =>
    timed(pieces, ({ picture }) => picture * PICTURE_TICKS + (picture % 40 < 20 ? 2 ** 30 : 0)),
  'packets of another payload type between': (pieces, random) =>
    inserted(pieces, random, 0.2, (piece) => ({ ...piece, bytes: foreign(piece.bytes, random) })),
  'another payload type than announced': (pieces) =>
    pieces.map((piece) => withByte(piece, 1, (byte) => (byte & MARKER) | 111)),
  'another source from the middle on': (pieces) =>
    pieces.map((piece, at) => (at < pieces.length / 2 ? piece : withByte(piece, 8, (byte) => byte ^ 0xff))),
  'sequence numbers jump': (pieces) =>
    pieces.map((piece) => (piece.picture % 30 < 15 ? piece : withByte(piece, 2, (byte) => byte ^ 0x55))),
  'stray bytes between packets': (pieces, random) =>
    inserted(pieces, random, 0.02, (piece) => stray(piece, noise(random, random.integer(1, 40)))),
  'stray text between packets': (pieces, random) =>
    inserted(pieces, random, 0.02, (piece) => stray(piece, Buffer.from('\r\nHTTP/1.1 200 OK\r\n\r\n'))),
  'answers and requests between packets': (pieces, random) =>
    inserted(pieces, random, 0.05, (piece) =>
      stray(piece, Buffer.from('OPTIONS rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 9\r\n\r\n')),
    ),
  'packets of unknown channels between': (pieces, random) =>
    inserted(pieces, random, 0.1, (piece) => ({ ...piece, channel: 6, bytes: noise(random, 200) })),
  'frames cut in the middle': (pieces, random) =>
    pieces.flatMap((piece) => {
      if (random.next() >= 0.01) return [piece];
      const size = piece.bytes.length;
      const head = Buffer.from([0x24, 0, size >> 8, size & 0xff]);
      return [stray(piece, Buffer.concat([head, piece.bytes.subarray(0, size >> 1)]))];
    }),
  'first packets of pictures lost': (pieces, random) => lostAt(pieces, random, -1),
  'last packets of pictures lost': (pieces, random) => lostAt(pieces, random, 1),
};

/** What happens to H.264 and H.265 alone. */
export const NAL_MUTATIONS: Record<string, Mutation> = {
  'parameter sets in the description alone': (pieces, _, codec) =>
    pieces.filter((piece) => !isParameterSet(piece, codec)),
  'parameter sets before the first picture alone': (pieces, _, codec) =>
    pieces.filter((piece) => piece.picture === 0 || !isParameterSet(piece, codec)),
  'parameter sets behind their picture': (pieces, _, codec) => {
    const sets = pieces.filter((piece) => isParameterSet(piece, codec));
    return pieces.flatMap((piece, at) => {
      if (isParameterSet(piece, codec)) return [];
      const isLast = pieces[at + 1]?.picture !== piece.picture;
      return isLast ? [piece, ...sets.filter(({ picture }) => picture === piece.picture)] : [piece];
    });
  },
  'one parameter set in 2 lost': (pieces, random, codec) =>
    pieces.filter((piece) => !isParameterSet(piece, codec) || random.next() < 0.5),
  'the first keyframe lost': (pieces) => pieces.filter(({ picture }) => picture !== 0),
  'every other keyframe lost': (pieces) => {
    const keyframes = [
      ...new Set(pieces.filter((piece) => piece.isOfKeyframe).map((piece) => piece.picture)),
    ];
    return pieces.filter(({ picture }) => keyframes.indexOf(picture) % 2 !== 1);
  },
  'all keyframes but one lost': (pieces) => {
    const kept = pieces.find((piece) => piece.isOfKeyframe && piece.picture > 0)?.picture;
    return pieces.filter(({ isOfKeyframe, picture }) => !isOfKeyframe || picture === kept);
  },
  'packets of keyframes lost': (pieces, random) =>
    pieces.filter(({ isOfKeyframe }) => !isOfKeyframe || random.next() >= 0.1),
  'starts of fragments lost': (pieces, random, codec) =>
    pieces.filter((piece) => (fragmentHead(piece, codec) & FU_START) === 0 || random.next() >= 0.2),
  'no fragment has an end': (pieces, _, codec) =>
    pieces.map((piece) =>
      fragmentHead(piece, codec) === 0
        ? piece
        : withByte(piece, fragmentAt(codec), (byte) => byte & ~FU_END & 0xff),
    ),
};

function changed(
  pieces: readonly Piece[],
  random: Random,
  share: number,
  change: (bytes: Buffer) => void,
): Piece[] {
  return pieces.map((piece) => {
    if (random.next() >= share) return piece;
    const bytes = Buffer.from(piece.bytes);
    change(bytes);
    return { ...piece, bytes };
  });
}

function flip(bytes: Buffer, random: Random, from: number, to: number): void {
  const at = random.integer(from, Math.min(to, bytes.length) - 1);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
}

function swapped(pieces: readonly Piece[], random: Random, distance: number): Piece[] {
  const result = [...pieces];
  for (let at = 0; at + distance < result.length; at += 1) {
    if (random.next() >= 0.03) continue;
    [result[at], result[at + distance]] = [result[at + distance] as Piece, result[at] as Piece];
  }
  return result;
}

function withByte(piece: Piece, at: number, change: (byte: number) => number): Piece {
  const bytes = Buffer.from(piece.bytes);
  bytes[at] = change(bytes[at] ?? 0);
  return { ...piece, bytes };
}

function marked(pieces: readonly Piece[], isMarked: (isSet: boolean) => boolean): Piece[] {
  return pieces.map((piece) =>
    withByte(piece, 1, (byte) => (byte & 0x7f) | (isMarked((byte & MARKER) !== 0) ? MARKER : 0)),
  );
}

function timed(pieces: readonly Piece[], ticks: (piece: Piece) => number): Piece[] {
  return pieces.map((piece) => {
    const bytes = Buffer.from(piece.bytes);
    bytes.writeUInt32BE(ticks(piece) >>> 0, 4);
    return { ...piece, bytes };
  });
}

function inserted(
  pieces: readonly Piece[],
  random: Random,
  share: number,
  make: (piece: Piece) => Piece,
): Piece[] {
  return pieces.flatMap((piece) => (random.next() < share ? [make(piece), piece] : [piece]));
}

/** A packet of another type and source. */
function foreign(bytes: Buffer, random: Random): Buffer {
  const packet = Buffer.concat([bytes.subarray(0, RTP_HEADER_BYTES), noise(random, 100)]);
  packet[1] = 107;
  packet.writeUInt32BE(0x0bad_cafe, 8);
  return packet;
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
}

function stray(piece: Piece, bytes: Buffer): Piece {
  return { ...piece, bytes, channel: undefined };
}

/** Loses packets at one end of pictures. @param side where the neighbour belongs to another picture */
function lostAt(pieces: readonly Piece[], random: Random, side: -1 | 1): Piece[] {
  return pieces.filter(({ picture }, at) => pieces[at + side]?.picture === picture || random.next() >= 0.2);
}

function payloadOf({ bytes }: Piece): { payload: Buffer } {
  return { payload: bytes.subarray(RTP_HEADER_BYTES) };
}

function isParameterSet(piece: Piece, codec: VideoCodec): boolean {
  return codec === 'h264'
    ? PARAMETER_SETS.includes(typeOf(payloadOf(piece)))
    : HEVC_PARAMETER_SETS.includes(hevcTypeOf(payloadOf(piece)));
}

function fragmentAt(codec: VideoCodec): number {
  return RTP_HEADER_BYTES + (codec === 'h264' ? 1 : 2);
}

/** The FU header; 0 where the packet is no fragment. */
function fragmentHead(piece: Piece, codec: VideoCodec): number {
  const isOne = codec === 'h264' ? isFragment(payloadOf(piece)) : isHevcFragment(payloadOf(piece));
  return isOne ? (piece.bytes[fragmentAt(codec)] ?? 0) : 0;
}
