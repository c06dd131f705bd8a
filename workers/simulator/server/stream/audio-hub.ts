/** The sound of one path: packs each frame once for all clients that play it. */
import { randomInt } from 'node:crypto';
import { packetizeAac } from '#shared/media/rtp/aac.ts';
import { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import { AUDIO_PAYLOAD_TYPES } from '#shared/media/rtsp/description.ts';
import type { AudioLoop, AudioUnit } from './audio-source.ts';

const EMPTY = Buffer.alloc(0);

/** Fans one source out. Owned by the server. */
export class AudioHub {
  readonly source: AudioLoop;
  readonly ssrc = randomInt(2 ** 32);
  readonly #listeners = new Set<(packets: RtpPackets) => void>();
  readonly #unsubscribe: () => void;
  #sequence = randomInt(2 ** 16);

  constructor(source: AudioLoop) {
    this.source = source;
    this.#unsubscribe = source.subscribe((unit) => this.#onUnit(unit));
  }

  /** Starts delivering; returns the function that ends it. */
  join(listener: (packets: RtpPackets) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#unsubscribe();
    this.#listeners.clear();
  }

  #onUnit({ data, timestamp }: AudioUnit): void {
    const { codec } = this.source;
    const payload = codec === 'aac' ? packetizeAac(data) : { prefix: EMPTY, body: data };
    const position = {
      payloadType: AUDIO_PAYLOAD_TYPES[codec],
      ssrc: this.ssrc,
      sequence: this.#sequence,
      timestamp,
    };
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packets = new RtpPackets([payload], position, true);
    for (const listener of this.#listeners) listener(packets);
  }
}
