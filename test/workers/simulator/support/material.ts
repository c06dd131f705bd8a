/** Encoded pictures to serve: real ones from FFmpeg, and made-up ones where only bytes matter. */
import { randomBytes } from 'node:crypto';
import {
  AV_LOG_ERROR,
  AV_PIX_FMT_YUV420P,
  AV_PKT_FLAG_KEY,
  AVCOL_RANGE_JPEG,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MJPEG,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Log, Packet, Rational } from 'node-av/lib';
import type { VideoCodec } from '#shared/media/packet.ts';
import type { EncodedUnit } from '../../../../workers/simulator/server/stream/loop-source.ts';
import { videoFrame } from '../../../support/video-frame.ts';

const START = Buffer.from([0, 0, 0, 1]);
const ENCODERS = {
  h264: { name: FF_ENCODER_LIBX264, options: { preset: 'ultrafast', tune: 'zerolatency' } },
  hevc: {
    name: FF_ENCODER_LIBX265,
    options: { preset: 'ultrafast', tune: 'zerolatency', 'x265-params': 'log-level=none:pools=1' },
  },
  // RFC 2435 carries the standard Huffman tables only.
  mjpeg: { name: FF_ENCODER_MJPEG, options: { huffman: 'default' } },
} as const;

/** What is drawn: a bright bar that moves over grey, one step per picture. */
export interface MaterialOptions {
  width?: number;
  height?: number;
  count?: number;
  keyframeDistance?: number;
}

/** Encodes pictures with FFmpeg, parameter sets in front of keyframes. */
export async function encodeMaterial(
  codec: VideoCodec,
  { width = 320, height = 240, count = 10, keyframeDistance = 5 }: MaterialOptions = {},
): Promise<EncodedUnit[]> {
  Log.setLevel(AV_LOG_ERROR);
  const encoder = Codec.findEncoderByName(ENCODERS[codec].name);
  using context = new CodecContext();
  context.allocContext3(encoder);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  if (codec === 'mjpeg') context.colorRange = AVCOL_RANGE_JPEG;
  context.timeBase = new Rational(1, 25);
  context.gopSize = keyframeDistance;
  context.maxBFrames = 0;
  context.threadCount = 1;
  using options = Dictionary.fromObject(ENCODERS[codec].options);
  succeed(await context.open2(encoder, options));
  const units: EncodedUnit[] = [];
  for (let index = 0; index < count; index += 1) {
    units.push(...(await encodeOne(context, { picture: draw(width, height, index / count), index })));
  }
  return units;
}

async function encodeOne(
  context: CodecContext,
  { picture, index }: { picture: Buffer; index: number },
): Promise<EncodedUnit[]> {
  using frame = videoFrame(picture, { width: context.width, height: context.height });
  frame.pts = BigInt(index);
  succeed(await context.sendFrame(frame));
  using packet = new Packet();
  packet.alloc();
  succeed(await context.receivePacket(packet));
  return [{ data: Buffer.from(packet.data ?? []), keyframe: (packet.flags & AV_PKT_FLAG_KEY) !== 0 }];
}

function draw(width: number, height: number, share: number): Buffer {
  const picture = Buffer.alloc(width * height * 1.5, 128);
  const bar = Math.floor(share * (width - 16));
  for (let row = 0; row < height; row += 1) picture.fill(235, row * width + bar, row * width + bar + 16);
  return picture;
}

function succeed(status: number): void {
  if (status < 0) throw new Error(`FFmpeg failed (${status})`);
}

/** An H.264 access unit of random bytes that no start code hides in: a slice, after parameter sets if a keyframe. */
export function madeUpUnit({ bytes, keyframe }: { bytes: number; keyframe: boolean }): EncodedUnit {
  const slice = Buffer.concat([Buffer.from([keyframe ? 0x65 : 0x41]), withoutZeros(bytes)]);
  const sets = keyframe ? [Buffer.from([0x67, 0x42, 0xc0, 0x1e, 0x11]), Buffer.from([0x68, 0xce, 0x22])] : [];
  return { data: annexB(...sets, slice), keyframe };
}

/** NAL units as a byte stream. */
export function annexB(...nals: Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [START, nal]));
}

/** Random bytes without zeros. */
export function withoutZeros(bytes: number): Buffer {
  return randomBytes(bytes).map((byte) => byte || 1) as Buffer;
}
