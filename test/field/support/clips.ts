/** Small clips of every kind that the cameras of the corpus send, made with ffmpeg once and kept. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitNals } from '#shared/media/annex-b.ts';
import { type NalVideoCodec, nalTypeOf } from '#shared/media/nal.ts';
import type { VideoCodec } from '#shared/media/packet.ts';

export const CLIP_FPS = 15;
const SECONDS = 4;
const X264 = 'aud=1:bframes=0:keyint=15:min-keyint=15:scenecut=0:repeat-headers=1:sliced-threads=0';
const X265 =
  'aud=1:bframes=0:keyint=15:min-keyint=15:scenecut=0:repeat-headers=1:pools=1:frame-threads=1:log-level=none';
const AUD: Record<NalVideoCodec, number> = { h264: 9, hevc: 35 };
const FOLDER = join(tmpdir(), 'field-clips-1');

/** How a clip is made. */
interface Recipe {
  codec: VideoCodec;
  size: string;
  encoder: readonly string[];
}

const h264 = (parameters = '', size = '160x128'): Recipe => ({
  codec: 'h264',
  size,
  encoder: [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-threads',
    '1',
    '-pix_fmt',
    'yuv420p',
    '-x264-params',
    `${X264}${parameters}`,
  ],
});
const hevc = (parameters = ''): Recipe => ({
  codec: 'hevc',
  size: '160x128',
  encoder: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-x265-params',
    `${X265}${parameters}`,
  ],
});
const mjpeg = (size: string): Recipe => ({
  codec: 'mjpeg',
  size,
  encoder: ['-c:v', 'mjpeg', '-huffman', 'default', '-pix_fmt', 'yuvj420p', '-q:v', '8'],
});

const RECIPES = {
  h264: h264(),
  'h264 of 4 slices': h264(':slices=4'),
  'h264 open group': h264(':open-gop=1:bframes=2:b-adapt=0'),
  'h264 intra refresh': h264(':intra-refresh=1'),
  'h264 all intra': h264(':keyint=1'),
  'h264 interlaced': h264(':interlaced=1'),
  'h264 b-frames': h264(':bframes=2:b-adapt=0'),
  'h264 long group': h264(':keyint=60:min-keyint=60'),
  hevc: hevc(),
  'hevc of 3 slices': hevc(':slices=3'),
  mjpeg: mjpeg('160x128'),
  'mjpeg of 2560 px': mjpeg('2560x320'),
} satisfies Record<string, Recipe>;

export type ClipName = keyof typeof RECIPES;

/** The pictures of a clip in order of sending. */
export interface Clip {
  codec: VideoCodec;
  width: number;
  height: number;
  /** NAL units without start codes and delimiters; of MJPEG one JPEG. */
  units: Buffer[][];
}

const cache = new Map<ClipName, Clip>();

/** @throws Error with what ffmpeg printed */
export function clipOf(name: ClipName): Clip {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const { codec, size } = RECIPES[name];
  const data = bytesOf(name);
  const [width = 0, height = 0] = size.split('x').map(Number);
  const units = codec === 'mjpeg' ? jpegsOf(data) : unitsOf(codec, data);
  const clip = { codec, width, height, units };
  cache.set(name, clip);
  return clip;
}

function bytesOf(name: ClipName): Buffer {
  const path = join(FOLDER, name.replaceAll(' ', '-'));
  if (existsSync(path)) return readFileSync(path);
  const { codec, size, encoder } = RECIPES[name];
  const input = `testsrc2=size=${size}:rate=${CLIP_FPS}`;
  const { status, stdout, stderr } = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-f', 'lavfi', '-i', input, '-t', String(SECONDS), ...encoder, '-f', codec, '-'],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`ffmpeg could not make ${name}: ${stderr}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, stdout);
  renameSync(`${path}.${process.pid}`, path);
  return stdout;
}

function unitsOf(codec: NalVideoCodec, data: Buffer): Buffer[][] {
  const units: Buffer[][] = [];
  for (const nal of splitNals(data)) {
    if (nalTypeOf(codec, nal) === AUD[codec]) units.push([]);
    else units.at(-1)?.push(nal);
  }
  return units;
}

function jpegsOf(data: Buffer): Buffer[][] {
  const start = Buffer.from([0xff, 0xd8, 0xff]);
  const units: Buffer[][] = [];
  for (let at = data.indexOf(start); at >= 0; ) {
    const next = data.indexOf(start, at + 3);
    units.push([data.subarray(at, next < 0 ? data.length : next)]);
    at = next;
  }
  return units;
}
