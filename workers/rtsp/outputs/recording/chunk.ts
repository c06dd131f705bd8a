/** About a second of a camera's video and sound, as it is kept. */
import type { Begins } from '#shared/contract/recording.ts';
import type { Sample, SoundSample } from '#shared/media/mp4/fragment.ts';
import type { VideoFormat } from '#shared/media/mp4/video-format.ts';

/** How what follows is described to players. */
export interface StreamHead {
  init: Buffer;
  video: VideoFormat;
  /** Codec strings of picture and sound (RFC 6381). */
  codecs: string;
  /** Units of time of the sound in a second; undefined without sound. */
  soundTimescale: number | undefined;
}

/** Samples that follow one another; nothing in it is copied. */
export interface Chunk {
  /** Counts the chunks of a camera. */
  sequence: number;
  head: StreamHead;
  /** How it follows the chunk before. */
  begins: Begins;
  /** Whether a player can begin here. */
  isIndependent: boolean;
  samples: Sample[];
  sound: SoundSample[];
  /** Wall clock, Unix milliseconds. */
  startedAt: number;
  /** The same on a clock that never jumps, milliseconds. */
  startedMono: number;
  durationMs: number;
  bytes: number;
}

/** When it ends, on a clock that never jumps. */
export function endOf({ startedMono, durationMs }: Chunk): number {
  return startedMono + durationMs;
}
