/** Decodes AAC and G.711, resamples and encodes Opus with FFmpeg: 20 ms a packet (RFC 7587 section 4.2). */
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_PCM_ALAW,
  AV_CODEC_ID_PCM_MULAW,
  AV_SAMPLE_FMT_FLT,
  FF_ENCODER_LIBOPUS,
} from 'node-av/constants';
import {
  AudioFifo,
  Codec,
  CodecContext,
  Frame,
  Packet,
  Rational,
  SoftwareResampleContext,
} from 'node-av/lib';
import type { AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';

const OPUS_HZ = 48_000;
const FRAME_SAMPLES = 960;
const BYTES_PER_SAMPLE = 4;
/** Speech is good at half of it. */
const BITS_PER_SECOND_PER_CHANNEL = 32_000n;
/** A time that differs more from the count of samples has jumped. */
const MAX_DRIFT_SAMPLES = OPUS_HZ / 10;

/** Codecs that can be converted. */
const DECODERS = { aac: AV_CODEC_ID_AAC, pcmu: AV_CODEC_ID_PCM_MULAW, pcma: AV_CODEC_ID_PCM_ALAW };

/** Decoder, resampler and encoder. Calls must not overlap. */
export class OpusChain implements Disposable {
  readonly #clockHz: number;
  readonly #channels: number;
  readonly #decoder: CodecContext;
  readonly #encoder: CodecContext;
  readonly #resampler = new SoftwareResampleContext();
  readonly #samples = new AudioFifo();
  readonly #packet = new Packet();
  /** Time of the next sample that is encoded. */
  #ticks: number | undefined;

  private constructor({ clockHz, channels }: AudioTrack, decoder: CodecContext, encoder: CodecContext) {
    this.#clockHz = clockHz;
    this.#channels = channels;
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#resampler.alloc();
    this.#samples.alloc(AV_SAMPLE_FMT_FLT, channels, FRAME_SAMPLES * 8);
    this.#packet.alloc();
  }

  /** @throws Error when FFmpeg refuses the configuration */
  static async open(track: AudioTrack): Promise<OpusChain> {
    const decoder = await openDecoder(track);
    try {
      return new OpusChain(track, decoder, await openEncoder(track.channels));
    } catch (error) {
      decoder.freeContext();
      throw error;
    }
  }

  /** Converts one frame. @returns as many Opus packets as are full @throws Error when FFmpeg refuses */
  async convert({ data, ticks }: AudioPacket): Promise<AudioPacket[]> {
    this.#follow(Math.round((ticks * OPUS_HZ) / this.#clockHz));
    this.#packet.data = data;
    const sent = await this.#decoder.sendPacket(this.#packet);
    this.#packet.unref();
    // Damaged data: the next frame may be whole.
    if (sent < 0) return [];
    using frame = new Frame();
    frame.alloc();
    while ((await this.#decoder.receiveFrame(frame)) >= 0) await this.#collect(frame);
    return this.#encodeAll();
  }

  [Symbol.dispose](): void {
    this.#decoder.freeContext();
    this.#encoder.freeContext();
    this.#resampler.free();
    this.#samples.free();
    this.#packet.free();
  }

  /** Counts samples, since cameras round times; gaps are kept. */
  #follow(ticks: number): void {
    const expected = (this.#ticks ?? Number.NaN) + this.#samples.size;
    if (Math.abs(ticks - expected) <= MAX_DRIFT_SAMPLES) return;
    this.#samples.reset();
    this.#ticks = ticks;
  }

  async #collect(decoded: Frame): Promise<void> {
    using converted = new Frame();
    converted.alloc();
    converted.format = AV_SAMPLE_FMT_FLT;
    converted.sampleRate = OPUS_HZ;
    converted.channelLayout = layoutOf(this.#channels);
    if (this.#resampler.convertFrame(converted, decoded) < 0) {
      // A decoder that finds the upper half of HE-AAC only now goes over to twice the rate.
      check(this.#resampler.configFrame(converted, decoded), 'resample sound');
      check(this.#resampler.convertFrame(converted, decoded), 'resample sound');
    }
    if (converted.nbSamples > 0) await this.#samples.write(converted.data ?? [], converted.nbSamples);
  }

  async #encodeAll(): Promise<AudioPacket[]> {
    const packets: AudioPacket[] = [];
    while (this.#samples.size >= FRAME_SAMPLES) packets.push(...(await this.#encode()));
    return packets;
  }

  async #encode(): Promise<AudioPacket[]> {
    const ticks = this.#ticks ?? 0;
    this.#ticks = ticks + FRAME_SAMPLES;
    const bytes = Buffer.alloc(FRAME_SAMPLES * BYTES_PER_SAMPLE * this.#channels);
    await this.#samples.read(bytes, FRAME_SAMPLES);
    using frame = new Frame();
    frame.alloc();
    frame.format = AV_SAMPLE_FMT_FLT;
    frame.sampleRate = OPUS_HZ;
    frame.channelLayout = layoutOf(this.#channels);
    frame.nbSamples = FRAME_SAMPLES;
    check(frame.getBuffer(), 'allocate sound');
    bytes.copy(frame.data?.[0] as Buffer);
    frame.pts = BigInt(ticks);
    check(await this.#encoder.sendFrame(frame), 'encode sound');
    if ((await this.#encoder.receivePacket(this.#packet)) < 0) return [];
    // The packet's bytes are native memory that the next frame reuses.
    const data = this.#packet.data ?? Buffer.alloc(0);
    this.#packet.unref();
    return [{ data, ticks }];
  }
}

async function openDecoder({ codec: name, clockHz, channels, config }: AudioTrack): Promise<CodecContext> {
  const codec = name === 'opus' ? null : Codec.findDecoder(DECODERS[name]);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = clockHz;
  context.channelLayout = layoutOf(channels);
  if (config.length > 0) context.extraData = config;
  return opened(context, codec, `decode ${name}`);
}

async function openEncoder(channels: number): Promise<CodecContext> {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = OPUS_HZ;
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.channelLayout = layoutOf(channels);
  context.timeBase = new Rational(1, OPUS_HZ);
  context.bitRate = BITS_PER_SECOND_PER_CHANNEL * BigInt(channels);
  return opened(context, codec, 'encode Opus');
}

async function opened(context: CodecContext, codec: Codec | null, action: string): Promise<CodecContext> {
  const status = codec === null ? -1 : await context.open2(codec, null);
  if (status >= 0) return context;
  context.freeContext();
  throw new Error(`FFmpeg cannot ${action} (${status})`);
}

function layoutOf(channels: number) {
  return channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
}

function check(status: number, action: string): void {
  if (status < 0) throw new Error(`FFmpeg cannot ${action} (${status})`);
}
