/** Cameras for tests: a small moving clip, encoded once, served by the simulator's RTSP server in this process. */
import { AV_LOG_ERROR } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { H264Encoder } from '../../workers/simulator/scenes/h264-encoder.ts';
import {
  createRtspServer,
  type RtspServer,
  type RtspServerOptions,
} from '../../workers/simulator/server/rtsp-server.ts';
import { type EncodedUnit, LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';

export const CLIP_WIDTH = 320;
export const CLIP_HEIGHT = 240;
export const CLIP_FPS = 15;
const CLIP_FRAMES = 30;
const KEYFRAME_DISTANCE = 15;

let clip: Promise<EncodedUnit[]> | undefined;

/** The clip as H.264 access units: a grey square moves over a gradient. */
export function testClip(): Promise<EncodedUnit[]> {
  clip ??= encodeClip();
  return clip;
}

/** A server of the clip at these paths, listening on a free port. */
export async function openTestCameras(
  paths: readonly string[],
  options: Omit<RtspServerOptions, 'streams'> = {},
): Promise<RtspServer> {
  const units = await testClip();
  const source = () => new LoopSource({ codec: 'h264', units, framesPerSecond: CLIP_FPS });
  const server = createRtspServer({ ...options, streams: new Map(paths.map((path) => [path, source()])) });
  await server.listen();
  return server;
}

async function encodeClip(): Promise<EncodedUnit[]> {
  // x264 would print its statistics between the tests.
  Log.setLevel(AV_LOG_ERROR);
  using encoder = await H264Encoder.open({
    width: CLIP_WIDTH,
    height: CLIP_HEIGHT,
    framesPerSecond: CLIP_FPS,
    keyframeDistance: KEYFRAME_DISTANCE,
  });
  const units: EncodedUnit[] = [];
  for (let index = 0; index < CLIP_FRAMES; index += 1) units.push(await encoder.encode(drawPicture(index)));
  return units;
}

function drawPicture(index: number): Buffer {
  const luma = Buffer.alloc(CLIP_WIDTH * CLIP_HEIGHT);
  for (let y = 0; y < CLIP_HEIGHT; y += 1) luma.fill(40 + (y >> 1), y * CLIP_WIDTH, (y + 1) * CLIP_WIDTH);
  for (let y = 100; y < 140; y += 1)
    luma.fill(220, y * CLIP_WIDTH + index * 8, y * CLIP_WIDTH + index * 8 + 40);
  return Buffer.concat([luma, Buffer.alloc((CLIP_WIDTH * CLIP_HEIGHT) / 2, 128)]);
}
