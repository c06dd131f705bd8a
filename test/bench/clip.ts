/** The camera of the benchmark: 1080p30 at 4 Mbit/s, its frame number burnt in as black and white blocks. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { EncodedUnit } from '../../workers/simulator/server/stream/loop-source.ts';
import { splitAnnexB } from './annex-b.ts';

export const CLIP_WIDTH = 1920;
export const CLIP_HEIGHT = 1080;
export const CLIP_FPS = 30;
/** Frames of a round; the number of a frame is unique for ten seconds. */
export const CLIP_FRAMES = 300;
const BITS = 9;
const BLOCK = 64;
const GOP = 60;

/** What a clip looks like. */
export interface ClipFormat {
  width: number;
  height: number;
  fps: number;
  /** As FFmpeg writes bit rates: `4M`. */
  bitRate: string;
  /** Frames from one keyframe to the next; 60 by default. */
  gop?: number;
}

const BENCH_CAMERA: ClipFormat = { width: CLIP_WIDTH, height: CLIP_HEIGHT, fps: CLIP_FPS, bitRate: '4M' };

/** Makes the clip with ffmpeg, once per file. @throws Error with what ffmpeg printed */
export function makeClip(file: string, { width, height, fps, bitRate, gop = GOP } = BENCH_CAMERA): void {
  if (existsSync(file)) return;
  const blocks = Array.from({ length: BITS }, (_, bit) => {
    const box = `drawbox=x=${bit * BLOCK}:y=0:w=${BLOCK}:h=${BLOCK}:t=fill`;
    return `${box}:color=black,${box}:color=white:enable='eq(mod(floor(n/${2 ** bit}),2),1)'`;
  });
  const source = `testsrc2=size=${width}x${height}:rate=${fps},noise=alls=8:allf=t`;
  const x264 = `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0:sliced-threads=0`;
  const { status, stderr } = spawnSync('ffmpeg', [
    ...[
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      [source, ...blocks].join(),
      '-frames:v',
      String(CLIP_FRAMES),
    ],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-x264-params', x264],
    ...['-b:v', bitRate, '-maxrate', bitRate, '-bufsize', bitRate, '-pix_fmt', 'yuv420p', '-f', 'h264', file],
  ]);
  if (status !== 0) throw new Error(`ffmpeg could not make the clip: ${stderr}`);
}

/** The clip's access units. */
export function readClip(file: string): EncodedUnit[] {
  return splitAnnexB(readFileSync(file));
}

/** How much later than the first camera a camera sends each frame, milliseconds. @param index from 0 */
export function phaseMs(index: number, cameras: number): number {
  return (index * 1000) / CLIP_FPS / cameras;
}

/** The frame number in a decoded picture. */
export function readFrameNumber(at: (x: number, y: number) => readonly number[]): number {
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const [red = 0] = at(bit * BLOCK + BLOCK / 2, BLOCK / 2);
    if (red > 127) number += 2 ** bit;
  }
  return number;
}
