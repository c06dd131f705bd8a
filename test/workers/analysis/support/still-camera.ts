/** Cameras that look at photographs. */

import type { RgbPicture } from '../../../../workers/analysis/detectors/detector.ts';
import { H264Encoder } from '../../../../workers/simulator/scenes/h264-encoder.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../../../workers/simulator/server/stream/loop-source.ts';

const FRAMES_PER_SECOND = 5;

/** Serves each picture at the path it stands under, on a free port. */
export async function openStillCameras(pictures: Record<string, RgbPicture>): Promise<RtspServer> {
  const streams = new Map<string, LoopSource>();
  for (const [path, picture] of Object.entries(pictures)) streams.set(path, await encode(picture));
  const server = createRtspServer({ port: 0, streams });
  await server.listen();
  return server;
}

async function encode({ width, height, pixels }: RgbPicture): Promise<LoopSource> {
  const [wide, high] = [width - (width % 2), height - (height % 2)];
  const format = { width: wide, height: high, framesPerSecond: FRAMES_PER_SECOND };
  using encoder = await H264Encoder.open({ ...format, keyframeDistance: FRAMES_PER_SECOND });
  const planes = toPlanes(wide, high, (x, y) => (y * width + x) * 3, pixels);
  const units = [];
  for (let index = 0; index < FRAMES_PER_SECOND; index += 1) units.push(await encoder.encode(planes));
  return new LoopSource({ codec: 'h264', units, framesPerSecond: FRAMES_PER_SECOND });
}

/** RGB to planar YUV 4:2:0 (ITU-R BT.601, limited range). */
function toPlanes(
  width: number,
  height: number,
  at: (x: number, y: number) => number,
  pixels: Uint8Array,
): Buffer {
  const planes = Buffer.alloc((width * height * 3) / 2);
  const [u, v] = [width * height, (width * height * 5) / 4];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [red, green, blue] = pixels.subarray(at(x, y), at(x, y) + 3) as unknown as [
        number,
        number,
        number,
      ];
      planes[y * width + x] = 16 + (65.7 * red + 129.1 * green + 25.1 * blue) / 256;
      if (x % 2 !== 0 || y % 2 !== 0) continue;
      const place = (y / 2) * (width / 2) + x / 2;
      planes[u + place] = 128 + (-37.9 * red - 74.5 * green + 112.4 * blue) / 256;
      planes[v + place] = 128 + (112.4 * red - 94.2 * green - 18.3 * blue) / 256;
    }
  }
  return planes;
}
