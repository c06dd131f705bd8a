/** Decoded pictures whose levels a test knows. */
import { AVCOL_RANGE_JPEG, AVCOL_SPC_SMPTE170M } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { videoFrame } from './video-frame.ts';

/** A picture whose left half is dark and whose right half is bright, full range; the caller frees it. */
export function halves(width: number, height: number, [dark, bright]: [number, number] = [40, 200]): Frame {
  const row = Buffer.concat([Buffer.alloc(width / 2, dark), Buffer.alloc(width / 2, bright)]);
  const luma = Buffer.concat(Array.from({ length: height }, () => row));
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const frame = videoFrame(Buffer.concat([luma, chroma]), { width, height });
  frame.colorRange = AVCOL_RANGE_JPEG;
  frame.colorSpace = AVCOL_SPC_SMPTE170M;
  return frame;
}
