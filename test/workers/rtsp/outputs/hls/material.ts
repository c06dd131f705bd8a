/** Samples of a camera of 25 frames a second, as segmenters and streams get them. */
import type { Sample } from '#shared/media/mp4/fragment.ts';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { describeVideo, type VideoFormat } from '#shared/media/mp4/video-format.ts';
import { SETS, trackOf } from '../../../../shared/media/mp4/material.ts';

/** Length of a sample, units of the timescale. */
export const FRAME_TICKS = 3600;
export const FRAMES_PER_SECOND = 25;
/** Capture time of the first sample, Unix milliseconds. */
export const STARTED_AT = Date.UTC(2026, 0, 1);

/** A format to begin with. */
export function formatOf(name: 'high' | 'baseline'): VideoFormat {
  return describeVideo(new ParameterSets('h264', trackOf('h264', SETS[name])));
}

/** Samples in a row. @param keyframeDistance samples from keyframe to keyframe @param bytes of each */
export function* samples(
  count: number,
  { keyframeDistance = 25, first = 0, bytes = 100, duration = FRAME_TICKS } = {},
): Generator<Sample> {
  for (let index = first; index < first + count; index += 1) {
    yield {
      nals: [Buffer.alloc(bytes, index)],
      keyframe: index % keyframeDistance === 0,
      decodeTime: index * duration,
      duration,
      compositionOffset: 0,
      capturedAt: STARTED_AT + (index * duration) / 90,
    };
  }
}
