/** A camera whose motion is known: still, then a block walks through, then still, over and over. */

import { H264Encoder } from '../../../../workers/simulator/scenes/h264-encoder.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { type EncodedUnit, LoopSource } from '../../../../workers/simulator/server/stream/loop-source.ts';

/** A scene in seconds. */
export interface BlockScene {
  width?: number;
  height?: number;
  framesPerSecond?: number;
  stillS?: number;
  movingS?: number;
  /** How many cameras see it. */
  cameras?: number;
}

/** Serves the scene at `/1`, and at `/2` and so on for further cameras, on a free port. */
export async function openBlockCamera(scene: BlockScene = {}): Promise<RtspServer> {
  const { width = 320, height = 240, framesPerSecond = 15, stillS = 6, movingS = 2 } = scene;
  const { cameras = 1 } = scene;
  const format = { width, height, framesPerSecond, keyframeDistance: framesPerSecond };
  using encoder = await H264Encoder.open(format);
  const units: EncodedUnit[] = [];
  const [still, moving] = [stillS * framesPerSecond, movingS * framesPerSecond];
  for (let index = 0; index < still + moving; index += 1) {
    const share = index < still ? undefined : (index - still) / moving;
    units.push(await encoder.encode(draw(width, height, share)));
  }
  const streams = Array.from(
    { length: cameras },
    (_, index) => [`/${index + 1}`, new LoopSource({ codec: 'h264', units, framesPerSecond })] as const,
  );
  const server = createRtspServer({ port: 0, streams: new Map(streams) });
  await server.listen();
  return server;
}

/** @param share of its way that the block has gone; undefined: it is not there */
function draw(width: number, height: number, share: number | undefined): Buffer {
  const picture = Buffer.alloc((width * height * 3) / 2, 128);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) picture[y * width + x] = 60 + ((x * 7 + y * 3) % 80);
  }
  if (share === undefined) return picture;
  const [wide, high] = [Math.round(width / 8), Math.round(height / 3)];
  const left = Math.round(share * (width - wide));
  const top = Math.round(height / 3);
  for (let y = top; y < top + high; y += 1) picture.fill(230, y * width + left, y * width + left + wide);
  return picture;
}
