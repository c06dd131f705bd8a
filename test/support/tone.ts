/** A tone as cameras send it, in every codec. PCM is written here, the rest encoded by FFmpeg. */
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_ERROR,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  type AVSampleFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet, Rational } from 'node-av/lib';
import { AudioLoop } from '../../workers/simulator/server/stream/audio-source.ts';

const TONE_HZ = 400;
const LEVEL = 0.5;
/** One second: a whole number of periods, so that it loops without a click. */
const PCM_HZ = 8000;
const PCM_FRAME = 160;
const MULAW_BIAS = 0x84;
const MULAW_CLIP = 32_635;

/** A loud tone in mu-law (ITU-T G.711), 20 ms a frame. */
export function pcmuTone(): AudioLoop {
  const bytes = Buffer.from(
    Array.from({ length: PCM_HZ }, (_, index) => mulaw(Math.round(toneAt(index / PCM_HZ) * 32_767))),
  );
  const frames = Array.from({ length: PCM_HZ / PCM_FRAME }, (_, index) =>
    bytes.subarray(index * PCM_FRAME, (index + 1) * PCM_FRAME),
  );
  return new AudioLoop({ codec: 'pcmu', clockHz: PCM_HZ, frames, frameTicks: PCM_FRAME });
}

/** A loud tone in AAC, mono at 16 kHz, as cameras have it. */
export async function aacTone(): Promise<AudioLoop> {
  const format = { name: 'aac', sampleRate: 16_000, sampleFormat: AV_SAMPLE_FMT_FLTP, frames: 125 };
  const { frames, config } = await encodeTone(format);
  return new AudioLoop({ codec: 'aac', clockHz: 16_000, config, frames, frameTicks: 1024 });
}

/** A loud tone in Opus, 20 ms a frame. */
export async function opusTone(): Promise<AudioLoop> {
  const format = { name: 'libopus', sampleRate: 48_000, sampleFormat: AV_SAMPLE_FMT_FLT, frames: 50 };
  const { frames } = await encodeTone(format);
  return new AudioLoop({ codec: 'opus', clockHz: 48_000, frames, frameTicks: 960 });
}

interface ToneFormat {
  name: string;
  sampleRate: number;
  sampleFormat: AVSampleFormat;
  frames: number;
}

async function encodeTone(format: ToneFormat): Promise<{ frames: Buffer[]; config: Buffer }> {
  const { name, sampleRate, sampleFormat } = format;
  // Encoders would print their statistics between the tests.
  Log.setLevel(AV_LOG_ERROR);
  const codec = Codec.findEncoderByName(name as Parameters<typeof Codec.findEncoderByName>[0]);
  if (codec === null) throw new Error(`FFmpeg has no encoder ${name}`);
  using context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = sampleRate;
  context.sampleFormat = sampleFormat;
  context.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  context.timeBase = new Rational(1, sampleRate);
  context.bitRate = 32_000n;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const opened = await context.open2(codec, null);
  if (opened < 0) throw new Error(`FFmpeg cannot open ${name} (${opened})`);
  const frames: Buffer[] = [];
  for (let index = 0; frames.length < format.frames; index += 1)
    frames.push(...(await encodeFrame(context, format, index)));
  return { frames, config: Buffer.from(context.extraData ?? []) };
}

async function encodeFrame(context: CodecContext, format: ToneFormat, index: number): Promise<Buffer[]> {
  const { sampleRate, sampleFormat } = format;
  const samples = context.frameSize;
  using frame = new Frame();
  frame.alloc();
  frame.format = sampleFormat;
  frame.sampleRate = sampleRate;
  frame.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  frame.nbSamples = samples;
  frame.getBuffer();
  const floats = Float32Array.from({ length: samples }, (_, at) =>
    toneAt((index * samples + at) / sampleRate),
  );
  Buffer.from(floats.buffer).copy(frame.data?.[0] as Buffer);
  frame.pts = BigInt(index * samples);
  await context.sendFrame(frame);
  const packets: Buffer[] = [];
  using packet = new Packet();
  packet.alloc();
  while ((await context.receivePacket(packet)) >= 0) {
    packets.push(Buffer.from(packet.data ?? []));
    packet.unref();
  }
  return packets;
}

function toneAt(seconds: number): number {
  return LEVEL * Math.sin(2 * Math.PI * TONE_HZ * seconds);
}

/** ITU-T G.711: sign, three bits of segment, four of step, all inverted. */
function mulaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS;
  const segment = Math.floor(Math.log2(magnitude)) - 7;
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}
