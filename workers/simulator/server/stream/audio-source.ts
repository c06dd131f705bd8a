/** Sound of a stream: encoded frames, replayed in a loop in real time. */
import type { AudioCodec, AudioTrack } from '#shared/media/audio-track.ts';
import { FrameClock } from './frame-clock.ts';

export interface AudioUnit {
  data: Buffer;
  /** RTP timestamp in units of the clock; only its low 32 bits travel. */
  timestamp: number;
}

export interface AudioLoopOptions {
  codec: AudioCodec;
  /** RTP clock; of PCM and AAC the sample rate too, hertz. */
  clockHz: number;
  channels?: number;
  /** AudioSpecificConfig of AAC. */
  config?: Buffer;
  /** Encoded frames; there must be at least one. */
  frames: readonly Buffer[];
  /** Units of the clock from one frame to the next. */
  frameTicks: number;
}

/** A sound that starts over at its end while its timestamps go on. */
export class AudioLoop implements AudioTrack {
  readonly codec: AudioCodec;
  readonly clockHz: number;
  readonly channels: number;
  readonly config: Buffer;
  readonly #frames: readonly Buffer[];
  readonly #frameTicks: number;
  readonly #clock: FrameClock;

  constructor({ codec, clockHz, channels = 1, config, frames, frameTicks }: AudioLoopOptions) {
    if (frames.length === 0) throw new RangeError('a loop has at least one frame');
    this.codec = codec;
    this.clockHz = clockHz;
    this.channels = channels;
    this.config = config ?? Buffer.alloc(0);
    this.#frames = frames;
    this.#frameTicks = frameTicks;
    this.#clock = new FrameClock(clockHz / frameTicks);
  }

  /** The frame of a tick. */
  frame(tick: number): Buffer {
    return this.#frames[tick % this.#frames.length] as Buffer;
  }

  /** Calls `listener` for every frame when it is due; returns the function that ends it. */
  subscribe(listener: (unit: AudioUnit) => void): () => void {
    return this.#clock.subscribe((tick) => {
      listener({ data: this.frame(tick), timestamp: tick * this.#frameTicks });
    });
  }
}
