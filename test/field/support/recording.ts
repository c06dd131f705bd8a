/** The RTP packets of a session with a camera that keeps to the standards, to be changed and replayed. */
import { factsOf } from '#shared/media/nal-facts.ts';
import { type Clip, type ClipName, clipOf } from './clips.ts';
import { frame } from './field-camera.ts';
import { Packer } from './packer.ts';
import type { Session } from './script.ts';

/** What is sent in one piece. */
export interface Piece {
  bytes: Buffer;
  /** Interleaved channel; undefined for bytes that are sent without framing. */
  channel: number | undefined;
  /** Number of the picture that it belongs to, from 0. */
  picture: number;
  isOfKeyframe: boolean;
}

/** Pictures of a recording: eight groups of most clips. */
const PICTURES = 120;

/** Pictures of the longest group of a clip. */
export function groupOf(clip: Clip): number {
  const keyframes = clip.units.flatMap((unit, index) => (isKeyframe(clip, unit) ? [index] : []));
  const ends = [...keyframes.slice(1), clip.units.length];
  return Math.max(...ends.map((end, index) => end - (keyframes[index] as number)));
}

/** Records the packets of a session. */
export function record(name: ClipName): Piece[] {
  const clip = clipOf(name);
  const packer = new Packer({}, clip, {} as Session);
  return Array.from({ length: PICTURES }, (_, picture) => {
    const isOfKeyframe = isKeyframe(clip, clip.units[picture % clip.units.length] as Buffer[]);
    return packer.pack(picture).map((bytes) => ({ bytes, channel: 0, picture, isOfKeyframe }));
  }).flat();
}

/** The bytes that a camera sends. */
export function bytesOf(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.map(({ bytes, channel }) => (channel === undefined ? bytes : frame(bytes, channel))),
  );
}

function isKeyframe({ codec }: Clip, unit: readonly Buffer[]): boolean {
  return codec === 'mjpeg' || unit.some((nal) => factsOf(codec, nal).isRandomAccess);
}
