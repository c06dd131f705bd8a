/** Cuts the samples of one camera into chunks and finds where time has a gap. */
import type { Begins } from '#shared/contract/recording.ts';
import type { AppError } from '#shared/errors.ts';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { Sample, SoundSample } from '#shared/media/mp4/fragment.ts';
import { buildInitSegment, TIMESCALE } from '#shared/media/mp4/init-segment.ts';
import type { SoundFormat } from '#shared/media/mp4/sound-format.ts';
import type { VideoFormat } from '#shared/media/mp4/video-format.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { SequencedPacket } from '../../packets/gop-cache.ts';
import type { PacketSubscriber } from '../../packets/packet-hub.ts';
import { SampleStream } from '../mp4/sample-stream.ts';
import { type Chunk, endOf, type StreamHead } from './chunk.ts';

/** What becomes of a camera. Calls are synchronous. */
export interface ChunkSink {
  onChunk(chunk: Chunk): void;
  /** MP4 cannot carry what the camera sends now. */
  onUnsupported(error: AppError): void;
  /** The stream cannot be written as MP4, and nothing follows. */
  onFailure(error: AppError): void;
  onRemoved(): void;
}

/** The two clocks of a machine, milliseconds. */
export interface Clocks {
  /** Unix time, which may be set. */
  wall(): number;
  /** The clock of packets, which never jumps. */
  mono(): number;
}

export const CLOCKS: Clocks = { wall: () => Date.now(), mono: () => performance.now() };

/** What players of MP4 take and cameras send; nothing is converted. */
const SOUND = { codecs: ['aac', 'opus'] } as const;
/** A crash loses no more than this, milliseconds. */
const CHUNK_MS = 1000;
/** Larger chunks end early: times may stand still. */
const MAX_CHUNK_BYTES = 8 * 1024 * 1024;
const MAX_CHUNK_SAMPLES = 1000;
/** Times further apart than this are a gap, milliseconds. */
const GAP_MS = 1000;

/** Takes the packets of a camera; the owner subscribes it, and closes it afterwards. */
export class Chunker implements PacketSubscriber {
  readonly isViewer = false;
  readonly #sink: ChunkSink;
  readonly #clocks: Clocks;
  readonly #stream = new SampleStream(
    {
      onFormat: (format, sound) => this.#onFormat(format, sound),
      onSample: (sample) => this.#onSample(sample),
      onSound: (samples) =>
        void this.#sound.push(...samples.slice(0, MAX_CHUNK_SAMPLES - this.#sound.length)),
      onUnsupported: (error) => this.#end(() => this.#sink.onUnsupported(error)),
      onFailure: (error) => this.#end(() => this.#sink.onFailure(error)),
      onRemoved: () => this.#end(() => this.#sink.onRemoved()),
    },
    SOUND,
  );
  #head: StreamHead | undefined;
  /** Why the next chunk does not continue the one before. */
  #break: Begins = 'restarted';
  #isNewSession = false;
  /** Of the packet that is being taken. */
  #mediaTimeMs = 0;
  #chunk: Chunk | undefined;
  #sound: SoundSample[] = [];
  #sequence = 0;
  #previous: { endMono: number; offsetMs: number } | undefined;

  constructor(sink: ChunkSink, clocks: Clocks = CLOCKS) {
    this.#sink = sink;
    this.#clocks = clocks;
  }

  onTrack(track: VideoTrack): void {
    this.flush();
    this.#isNewSession = true;
    this.#stream.onTrack(track);
  }

  onPacket(packet: SequencedPacket): void {
    this.#mediaTimeMs = packet.mediaTimeMs;
    this.#stream.onPacket(packet);
  }

  onAudio(packet: AudioPacket): void {
    this.#stream.onAudio(packet);
  }

  onRemoved(): void {
    this.#stream.onRemoved();
  }

  onFailure(error: unknown): void {
    this.#stream.onFailure(error);
  }

  #onFormat(format: VideoFormat, sound: SoundFormat | undefined): void {
    this.flush();
    if (this.#previous !== undefined) this.#break = this.#isNewSession ? 'reconnected' : 'format-changed';
    this.#isNewSession = false;
    this.#sound = [];
    this.#head = {
      init: buildInitSegment(format, sound),
      video: format,
      codecs: [format.codecString, sound?.codecString ?? []].flat().join(),
      soundTimescale: sound?.timescale,
    };
  }

  #onSample(sample: Sample): void {
    const open = this.#chunk;
    if (open !== undefined && (sample.keyframe || isFull(open))) this.flush();
    this.#chunk ??= this.#open(sample);
    this.#chunk.samples.push(sample);
    this.#chunk.durationMs += (sample.duration * 1000) / TIMESCALE;
    for (const nal of sample.nals) this.#chunk.bytes += nal.length;
  }

  #end(notify: () => void): void {
    this.flush();
    notify();
  }

  /** Hands on what there is of the present chunk. */
  flush(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    this.#chunk = undefined;
    chunk.sound = this.#sound;
    this.#sound = [];
    for (const { data } of chunk.sound) chunk.bytes += data.length;
    if (this.#previous !== undefined) this.#previous.endMono = endOf(chunk);
    this.#sink.onChunk(chunk);
  }

  /** Frees what the stream holds; call it when the subscription is over. */
  close(): void {
    this.flush();
    this.#stream.close();
  }

  #open(sample: Sample): Chunk {
    const startedMono = this.#mediaTimeMs;
    const offsetMs = this.#clocks.wall() - this.#clocks.mono();
    const begins = this.#beginsOf(startedMono, offsetMs);
    this.#break = 'continues';
    this.#previous = { endMono: startedMono, offsetMs };
    this.#sequence += 1;
    return {
      ...{ sequence: this.#sequence, head: this.#head as StreamHead, begins, startedMono },
      ...{ isIndependent: sample.keyframe, samples: [], sound: [], durationMs: 0, bytes: 0 },
      startedAt: Math.round(startedMono + offsetMs),
    };
  }

  #beginsOf(startedMono: number, offsetMs: number): Begins {
    if (this.#break !== 'continues' || this.#previous === undefined) return this.#break;
    if (Math.abs(offsetMs - this.#previous.offsetMs) > GAP_MS) return 'clock-changed';
    return Math.abs(startedMono - this.#previous.endMono) > GAP_MS ? 'interrupted' : 'continues';
  }
}

function isFull({ durationMs, bytes, samples }: Chunk): boolean {
  return durationMs >= CHUNK_MS || bytes >= MAX_CHUNK_BYTES || samples.length >= MAX_CHUNK_SAMPLES;
}
