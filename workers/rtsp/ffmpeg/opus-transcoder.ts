/** Converts AAC and G.711 to Opus for browsers that take neither. */
import type { AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';
import type { AudioTranscoder } from '../packets/carried-audio.ts';
import type { OpusChain } from './opus-chain.ts';

/** Most packets waiting for the encoder; further ones are dropped. */
const MAX_WAITING = 32;

export interface OpusTranscoderOptions {
  track: AudioTrack;
  emit: (packet: AudioPacket) => void;
  onFailure: (reason: string) => void;
  /** Loads FFmpeg. */
  load: () => Promise<unknown>;
}

/** One camera's transcoder. Native memory is freed by its close. */
export class OpusTranscoder implements AudioTranscoder {
  readonly #emit: (packet: AudioPacket) => void;
  readonly #onFailure: (reason: string) => void;
  #chain: Promise<OpusChain | undefined>;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor({ track, emit, onFailure, load }: OpusTranscoderOptions) {
    this.#emit = emit;
    this.#onFailure = onFailure;
    this.#chain = this.#open(track, load);
  }

  push(packet: AudioPacket): void {
    if (this.#isClosed || this.#waiting >= MAX_WAITING) return;
    this.#waiting += 1;
    this.#tail = this.#tail.then(() => this.#convert(packet));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tail = this.#tail.then(async () => (await this.#chain)?.[Symbol.dispose]());
  }

  async #open(track: AudioTrack, load: () => Promise<unknown>): Promise<OpusChain | undefined> {
    try {
      await load();
      const { OpusChain } = await import('./opus-chain.ts');
      return await OpusChain.open(track);
    } catch (error) {
      this.#onFailure((error as Error).message);
      return undefined;
    }
  }

  async #convert(packet: AudioPacket): Promise<void> {
    this.#waiting -= 1;
    const chain = this.#isClosed ? undefined : await this.#chain;
    try {
      for (const made of (await chain?.convert(packet)) ?? []) if (!this.#isClosed) this.#emit(made);
    } catch (error) {
      this.#chain = Promise.resolve(undefined);
      chain?.[Symbol.dispose]();
      this.#onFailure((error as Error).message);
    }
  }
}
