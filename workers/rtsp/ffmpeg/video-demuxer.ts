/** Reads the pictures of a video file as a camera would send them: in decoding order, parameter sets in place. */
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MJPEG,
  AV_NOPTS_VALUE,
  type AVCodecID,
} from 'node-av/constants';
import { avGetCodecName, BitStreamFilter, BitStreamFilterContext, Packet, type Stream } from 'node-av/lib';
import { AppError } from '#shared/errors.ts';
import type { VideoCodec, VideoTrack } from '#shared/media/packet.ts';
import { rotationOf } from './rotation.ts';
import { openVideoFile, type VideoFile } from './video-file.ts';

/** One picture of a file. Times are milliseconds on the file's own clock; undefined where unknown. */
export interface VideoUnit {
  /** Annex B with start codes (H.264, H.265) or one JPEG. */
  data: Buffer;
  keyframe: boolean;
  /** When it is shown. */
  presentedAtMs: number | undefined;
  /** When it is due at a decoder, which with B-frames is earlier. */
  decodedAtMs: number | undefined;
  durationMs: number | undefined;
}

const CODECS = new Map<AVCodecID, { codec: VideoCodec; filter: string }>([
  [AV_CODEC_ID_H264, { codec: 'h264', filter: 'h264_mp4toannexb' }],
  [AV_CODEC_ID_HEVC, { codec: 'hevc', filter: 'hevc_mp4toannexb' }],
  [AV_CODEC_ID_MJPEG, { codec: 'mjpeg', filter: 'null' }],
]);

/** Files without a steady rate announce the ticks of their clock instead. */
const MAX_FPS = 240;

/** One pass through a file. Calls must not overlap. */
export class VideoDemuxer implements AsyncDisposable {
  readonly track: VideoTrack;
  readonly #file: VideoFile;
  readonly #filter: BitStreamFilterContext;
  readonly #msPerTick: number;
  readonly #read = allocated();
  readonly #filtered = allocated();
  #isAtEnd = false;

  private constructor(file: VideoFile, codec: VideoCodec, filter: BitStreamFilterContext) {
    this.#file = file;
    this.#filter = filter;
    const { num, den } = file.stream.timeBase;
    this.#msPerTick = (num * 1000) / den;
    const extra = codec === 'mjpeg' ? null : (filter.outputCodecParameters?.extradata ?? null);
    const rotation = rotationOf(file.stream);
    // The bytes are native memory that is freed with the filter.
    this.track = {
      codec,
      parameterSets: Buffer.from(extra ?? []),
      announcedFps: fpsOf(file.stream),
      ...(rotation === undefined ? {} : { rotation }),
    };
  }

  /**
   * Opens a file at its beginning.
   * @throws AppError `not-a-video`, or `camera-unsupported-codec` for other video than H.264, H.265 and MJPEG
   */
  static async open(path: string, signal: AbortSignal): Promise<VideoDemuxer> {
    const file = await openVideoFile(path, signal);
    try {
      const { codec, filter } = codecOf(file.stream);
      return new VideoDemuxer(file, codec, openFilter(filter, file.stream));
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The next picture; undefined at the end, or where the file is damaged from there on. */
  async next(): Promise<VideoUnit | undefined> {
    for (;;) {
      if ((await this.#filter.receivePacket(this.#filtered)) >= 0) return this.#take(this.#filtered);
      if (this.#isAtEnd) return undefined;
      await this.#feed();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#read.free();
    this.#filtered.free();
    this.#filter.free();
    await this.#file[Symbol.asyncDispose]();
  }

  async #feed(): Promise<void> {
    const { context, stream } = this.#file;
    this.#isAtEnd = (await context.readFrame(this.#read)) < 0;
    if (this.#isAtEnd) await this.#filter.sendPacket(null);
    else if (this.#read.streamIndex === stream.index) await this.#filter.sendPacket(this.#read);
    this.#read.unref();
  }

  #take(packet: Packet): VideoUnit {
    // The packet's bytes are native memory that the next one reuses.
    const unit = {
      data: packet.data ?? Buffer.alloc(0),
      keyframe: packet.isKeyframe,
      presentedAtMs: this.#toMs(packet.pts),
      decodedAtMs: this.#toMs(packet.dts),
      durationMs: packet.duration > 0n ? this.#toMs(packet.duration) : undefined,
    };
    packet.unref();
    return unit;
  }

  #toMs(ticks: bigint): number | undefined {
    return ticks === AV_NOPTS_VALUE ? undefined : Number(ticks) * this.#msPerTick;
  }
}

function codecOf(stream: Stream): { codec: VideoCodec; filter: string } {
  const { codecId } = stream.codecpar;
  const found = CODECS.get(codecId);
  if (found !== undefined) return found;
  const name = avGetCodecName(codecId) ?? 'unknown';
  throw new AppError('camera-unsupported-codec', `The video is ${name}; only H.264, H.265 and MJPEG play`);
}

function openFilter(name: string, stream: Stream): BitStreamFilterContext {
  const filter = BitStreamFilter.getByName(name);
  if (filter === null) throw new Error(`FFmpeg has no bitstream filter ${name}`);
  const context = new BitStreamFilterContext();
  context.alloc(filter);
  if (context.inputCodecParameters !== null) stream.codecpar.copy(context.inputCodecParameters);
  context.inputTimeBase = stream.timeBase;
  if (context.init() >= 0) return context;
  context.free();
  throw new AppError('camera-video-unreadable', 'The parameter sets of the video are damaged');
}

function fpsOf(stream: Stream): number | undefined {
  const { num, den } = stream.avgFrameRate;
  const fps = den > 0 ? num / den : 0;
  return fps > 0 && fps <= MAX_FPS ? fps : undefined;
}

function allocated(): Packet {
  const packet = new Packet();
  packet.alloc();
  return packet;
}
