/** The sound of one path: packs each frame once and hands it to everyone who plays it. */
import { randomInt } from 'node:crypto';
import { RtpPackets } from '../rtp/rtp-packets.ts';
import { audioPayloadTypeOf } from '../sdp.ts';
import type { AudioLoop, AudioUnit } from './audio-source.ts';

/** RFC 3640 section 3.3.6, mode AAC-hbr: 13 bits of size, 3 of index. */
const AAC_HEADER_BITS = 16;
const AAC_INDEX_BITS = 3;

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
    const prefix = codec === 'aac' ? aacHeader(data.length) : Buffer.alloc(0);
    const position = {
      payloadType: audioPayloadTypeOf(codec),
      ssrc: this.ssrc,
      sequence: this.#sequence,
      timestamp,
    };
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packets = new RtpPackets([{ prefix, body: data }], position, true);
    for (const listener of this.#listeners) listener(packets);
  }
}

function aacHeader(bytes: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(AAC_HEADER_BITS, 0);
  header.writeUInt16BE(bytes << AAC_INDEX_BITS, 2);
  return header;
}
