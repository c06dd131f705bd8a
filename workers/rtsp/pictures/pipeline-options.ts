/** What a {@link PicturePipeline} is given, and what it tells. */
import type { Logger } from '#shared/logger.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { GopCache } from '../packets/gop-cache.ts';
import type { DecoderBudget } from './decoder-budget.ts';
import type { Viewers } from './demand.ts';
import type { LiveFrame } from './live-frame.ts';
import type { Media } from './media.ts';
import type { PictureCounters } from './picture-counters.ts';
import type { PictureSource } from './picture-hub.ts';

/** Where frames go; a {@link PictureHub}. */
export interface FrameSink extends Viewers {
  /** Tells where frames come from now. */
  attach(source: PictureSource): void;
  /** Whether a viewer waits for the picture of this media time. */
  isDue(mediaTimeMs: number): boolean;
  /** Gives a frame to viewers. @param isBehind newer ones wait already */
  publish(frame: LiveFrame, isBehind: boolean): Promise<void>;
}

/** What the pipeline reads of the camera's connection. */
export interface StreamFacts {
  readonly isLive: boolean;
  /** Milliseconds; undefined before the second keyframe. */
  readonly keyframeIntervalMs: number | undefined;
}

export interface PipelineOptions {
  cameraId: string;
  track: VideoTrack;
  gop: GopCache;
  stream: StreamFacts;
  media: Media;
  counters: PictureCounters;
  /** Called with the size of every frame, pixels. */
  onSize: (size: { width: number; height: number }) => void;
  /** Memory of all decoders; without limit by default. */
  budget?: DecoderBudget | undefined;
  /** Pixels of one picture, undefined while unknown. */
  pixels?: () => number | undefined;
  /** Called when its decoder found no room in the budget. */
  onRationed?: (() => void) | undefined;
  log: Logger;
  /** How long an unused decoder is kept, milliseconds. */
  idleMs?: number;
  /** How long decoding must be behind to count as overloaded, milliseconds. */
  overloadedAfterMs?: number;
}

/** Why viewers get fewer or lesser pictures than they asked for. */
export interface Slowed {
  reason: 'memory' | 'processor';
  /** Unix milliseconds. */
  since: number;
  /** The stream that is decoded in place of the main one. */
  stream?: 'sub';
}
