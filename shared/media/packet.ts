/** What a source delivers: the one video track of a camera, cut into access units. */
import type { AudioTrack } from './audio-track.ts';

/** Codecs a camera may send. Names as FFmpeg spells them. */
export type VideoCodec = 'h264' | 'hevc' | 'mjpeg';

/** Degrees clockwise by which pictures are turned before they are shown. */
export type Rotation = 90 | 180 | 270;

/** A size as it is shown. */
export function turnedSize(
  { width, height }: { width: number; height: number },
  rotation: Rotation | undefined,
): { width: number; height: number } {
  return rotation === 90 || rotation === 270 ? { width: height, height: width } : { width, height };
}

/** What the camera says of its video before the first packet. */
export interface VideoTrack {
  codec: VideoCodec;
  /** Parameter sets announced out of band, Annex B; empty when the stream carries them itself. */
  parameterSets: Buffer;
  /** Frames per second as announced (`a=framerate`), when it is. */
  announcedFps: number | undefined;
  /** Video files of phones; undefined for pictures that are upright. */
  rotation?: Rotation | undefined;
  /** The sound that comes with it, when there is one that can be received. */
  audio?: AudioTrack;
}

/** One access unit: everything needed to decode one picture. */
export interface Packet {
  /** Annex B with start codes (H.264, H.265) or one JPEG. */
  data: Buffer;
  keyframe: boolean;
  /** When it is shown, milliseconds of `performance.now()`: close to its arrival; with B-frames it steps back. */
  mediaTimeMs: number;
  /** When its first bytes arrived here, Unix milliseconds: the capture time clients see. */
  capturedAt: number;
}

/** What a depacketizer needs to know of an RTP packet beside its payload. */
export interface RtpFacts {
  timestamp: number;
  marker: boolean;
  /** Packets before this one are gone. */
  lost: boolean;
  /** Header extension with its 4 bytes of head. */
  extension?: Buffer;
}

/** Collects the payloads of one track, in order, and emits each access unit as soon as it is whole. */
export interface Depacketizer {
  /** @param payload view into the receive buffer; copied if kept */
  push(payload: Buffer, rtp: RtpFacts): void;
}

/** Takes a finished access unit. */
export type EmitAccessUnit = (unit: AccessUnit) => void;

/** An access unit before it is given times. */
export interface AccessUnit {
  data: Buffer;
  keyframe: boolean;
  /** RTP timestamp, 32 bits. */
  timestamp: number;
}

/** RTP clock of every video codec here (RFC 6184, 7798, 2435). */
export const VIDEO_CLOCK_HZ = 90_000;
