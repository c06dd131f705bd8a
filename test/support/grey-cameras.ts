/** Cameras that a test tells apart by their brightness, served by the simulator's RTSP server in this process. */

import { H264Encoder } from '../../workers/simulator/scenes/h264-encoder.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import type { AudioLoop } from '../../workers/simulator/server/stream/audio-source.ts';
import { type EncodedUnit, LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';

/** Size and rate of a grey camera. */
export interface GreyFormat {
  width: number;
  height: number;
  framesPerSecond: number;
  keyframeDistance: number;
}

const DEFAULT_FORMAT: GreyFormat = { width: 320, height: 240, framesPerSecond: 15, keyframeDistance: 30 };
const FRAMES = 60;
const MARK = 16;

/** A picture of one luma level, with a small mark that wanders along the upper edge, as a source of its own. */
export async function greySource(
  luma: number,
  change: Partial<GreyFormat> = {},
  audio?: AudioLoop,
): Promise<LoopSource> {
  const format = { ...DEFAULT_FORMAT, ...change };
  using encoder = await H264Encoder.open(format);
  const units: EncodedUnit[] = [];
  for (let index = 0; index < FRAMES; index += 1) {
    units.push(await encoder.encode(drawGrey(format, luma, index)));
  }
  const sound = audio === undefined ? {} : { audio };
  return new LoopSource({ codec: 'h264', units, framesPerSecond: format.framesPerSecond, ...sound });
}

/** A server of such cameras. @param levels luma by path @param port default: any that is free */
export async function openGreyCameras(
  levels: Record<string, number>,
  { port = 0, format = {} }: { port?: number; format?: Partial<GreyFormat> } = {},
): Promise<RtspServer> {
  const streams = new Map<string, LoopSource>();
  for (const [path, luma] of Object.entries(levels)) streams.set(path, await greySource(luma, format));
  const server = createRtspServer({ port, streams });
  await server.listen();
  return server;
}

function drawGrey({ width, height }: GreyFormat, luma: number, index: number): Buffer {
  const picture = Buffer.alloc((width * height * 3) / 2, 128).fill(luma, 0, width * height);
  const left = (index * 4) % (width - MARK);
  for (let y = 0; y < MARK; y += 1) picture.fill(255 - luma, y * width + left, y * width + left + MARK);
  return picture;
}
