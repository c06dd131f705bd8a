/** Makes small video files with FFmpeg: a bright bar that moves over grey. */
import {
  AV_LOG_FATAL,
  AV_PIX_FMT_YUV420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVCOL_RANGE_JPEG,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Log,
  Packet,
  Rational,
  type Stream,
} from 'node-av/lib';
import { videoFrame } from './video-frame.ts';

export const VIDEO_WIDTH = 160;
export const VIDEO_HEIGHT = 120;
export const VIDEO_FPS = 25;
const GLOBAL_HEADER = 1 << 22;

const ENCODERS = {
  h264: { name: 'libx264', options: { preset: 'ultrafast' } },
  hevc: { name: 'libx265', options: { preset: 'ultrafast', 'x265-params': 'log-level=none:pools=1' } },
  mjpeg: { name: 'mjpeg', options: {} },
  mpeg4: { name: 'mpeg4', options: {} },
} as const;

/** What is made. */
export interface VideoFileOptions {
  codec?: keyof typeof ENCODERS;
  frames?: number;
  bFrames?: number;
  keyframeDistance?: number;
  /** Degrees clockwise by which players turn the pictures. */
  rotation?: keyof typeof MATRICES;
}

/** Rows of display matrices, 16.16 and 2.30 fixed point. */
const MATRICES = {
  90: [0, 1, 0, -1, 0, 0, VIDEO_HEIGHT, 0, 0x4000],
  180: [-1, 0, 0, 0, -1, 0, VIDEO_WIDTH, VIDEO_HEIGHT, 0x4000],
  270: [0, -1, 0, 1, 0, 0, 0, VIDEO_WIDTH, 0x4000],
} as const;

/** Writes a file in the container that its name asks for. */
export async function makeVideoFile(file: string, options: VideoFileOptions = {}): Promise<void> {
  const { codec = 'h264', frames = 10, bFrames = 0, keyframeDistance = 5 } = options;
  Log.setLevel(AV_LOG_FATAL);
  const output = new FormatContext();
  succeed(output.allocOutputContext2(null, null, file));
  using encoder = await openEncoder(codec, { bFrames, keyframeDistance });
  const stream = output.newStream(null);
  stream.codecpar.fromContext(encoder);
  stream.timeBase = new Rational(1, VIDEO_FPS);
  stream.avgFrameRate = new Rational(VIDEO_FPS, 1);
  if (options.rotation !== undefined) turn(stream, options.rotation);
  succeed(await output.openOutput());
  succeed(await output.writeHeader());
  for (let index = 0; index < frames; index += 1) {
    using frame = videoFrame(draw(index / frames), { width: VIDEO_WIDTH, height: VIDEO_HEIGHT });
    frame.pts = BigInt(index);
    succeed(await encoder.sendFrame(frame));
    await writeReady(encoder, output, stream);
  }
  succeed(await encoder.sendFrame(null));
  await writeReady(encoder, output, stream);
  succeed(await output.writeTrailer());
  await output.closeOutput();
  output.freeContext();
}

async function openEncoder(
  codec: keyof typeof ENCODERS,
  { bFrames, keyframeDistance }: { bFrames: number; keyframeDistance: number },
): Promise<CodecContext> {
  const encoder = Codec.findEncoderByName(ENCODERS[codec].name as never);
  const context = new CodecContext();
  context.allocContext3(encoder);
  context.width = VIDEO_WIDTH;
  context.height = VIDEO_HEIGHT;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  if (codec === 'mjpeg') context.colorRange = AVCOL_RANGE_JPEG;
  context.timeBase = new Rational(1, VIDEO_FPS);
  context.framerate = new Rational(VIDEO_FPS, 1);
  context.gopSize = keyframeDistance;
  context.maxBFrames = bFrames;
  context.threadCount = 1;
  context.setFlags(GLOBAL_HEADER as never);
  using options = Dictionary.fromObject({
    ...ENCODERS[codec].options,
    ...(codec === 'h264' ? { bf: bFrames, b_strategy: 0 } : {}),
  });
  succeed(await context.open2(encoder, options));
  return context;
}

async function writeReady(encoder: CodecContext, output: FormatContext, stream: Stream): Promise<void> {
  using packet = new Packet();
  packet.alloc();
  while ((await encoder.receivePacket(packet)) >= 0) {
    packet.streamIndex = stream.index;
    packet.duration = 1n;
    packet.rescaleTs({ num: 1, den: VIDEO_FPS }, stream.timeBase);
    succeed(await output.interleavedWriteFrame(packet));
  }
}

function turn(stream: Stream, rotation: keyof typeof MATRICES): void {
  const matrix = Int32Array.from(MATRICES[rotation], (value) => value * 0x10000);
  succeed(stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, Buffer.from(matrix.buffer)));
}

function draw(progress: number): Buffer {
  const luma = Buffer.alloc(VIDEO_WIDTH * VIDEO_HEIGHT, 90);
  const left = Math.floor(progress * (VIDEO_WIDTH - 20));
  for (let y = 0; y < VIDEO_HEIGHT; y += 1)
    luma.fill(220, y * VIDEO_WIDTH + left, y * VIDEO_WIDTH + left + 20);
  return Buffer.concat([luma, Buffer.alloc((VIDEO_WIDTH * VIDEO_HEIGHT) / 2, 128)]);
}

function succeed(status: number): void {
  if (status < 0) throw new Error(`FFmpeg failed (${status})`);
}
