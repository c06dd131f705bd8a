/** Sends one viewer the audio packets that all share: only the header is written anew, in place, before each sending. */

import { RTP_HEADER_BYTES, writeRtpHeader } from '#shared/media/rtp/header.ts';
import { senderReport } from '#shared/media/rtp/rtcp.ts';
import { AUDIO_CLOCK_HZ, type CarriedAudio } from '../../../packets/carried-audio.ts';

/** One RTP packet for all viewers; its header is room to write in. */
export interface SharedAudio {
  data: Buffer;
  /** Time in units of the codec's clock, from an arbitrary start. */
  ticks: number;
}

export interface AudioSenderOptions {
  /** Synchronization source, as the session description announces it. */
  ssrc: number;
  /** What the viewer takes. */
  payloadTypes: ReadonlyMap<CarriedAudio, number>;
  /** Takes a packet synchronously; the buffer is overwritten afterwards. */
  send: (packet: Buffer) => void;
  random?: () => number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/** A camera's clock that is this far from ours has jumped: it is followed anew. */
const MAX_APART_SECONDS = 5;

/** One viewer's sound. */
export class AudioSender {
  readonly #options: Required<AudioSenderOptions>;
  readonly #first: number;
  readonly #startedAt: number;
  #sequence: number;
  #payloadType: number | undefined;
  #clockHz = 0;
  /** From the camera's time to the viewer's. */
  #offset: number | undefined;
  #last = 0;
  #lastAt = 0;
  #packets = 0;
  #octets = 0;

  constructor(options: AudioSenderOptions) {
    this.#options = { random: Math.random, now: () => performance.now(), ...options };
    const { random, now } = this.#options;
    this.#sequence = Math.floor(random() * 0x8000);
    this.#first = Math.floor(random() * 0x7fffffff);
    this.#startedAt = now();
  }

  /** Whether the viewer takes a codec. */
  takes(codec: CarriedAudio): boolean {
    return this.#options.payloadTypes.has(codec);
  }

  /** A session with the camera begins: its packets are of this codec and count time anew. */
  begin(codec: CarriedAudio): void {
    this.#payloadType = this.#options.payloadTypes.get(codec);
    this.#clockHz = AUDIO_CLOCK_HZ[codec];
    this.#offset = undefined;
  }

  /** Sends a packet now; one of a codec that the viewer does not take is left out. */
  push({ data, ticks }: SharedAudio): void {
    if (this.#payloadType === undefined) return;
    const timestamp = this.#timeOf(ticks);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const { ssrc } = this.#options;
    writeRtpHeader(data, {
      payloadType: this.#payloadType,
      marker: false,
      sequence: this.#sequence,
      timestamp,
      ssrc,
    });
    this.#packets += 1;
    this.#octets += data.length - RTP_HEADER_BYTES;
    this.#options.send(data);
  }

  /** A sender report of this moment, for lip sync; undefined before anything was sent. @param unixMs Unix milliseconds */
  report(unixMs: number): Buffer | undefined {
    if (this.#packets === 0) return undefined;
    const { ssrc, now } = this.#options;
    const elapsed = Math.round(((now() - this.#lastAt) * this.#clockHz) / 1000);
    const facts = { timestamp: this.#last + elapsed, packets: this.#packets, octets: this.#octets };
    return senderReport({ ssrc, ...facts }, unixMs);
  }

  #timeOf(ticks: number): number {
    const now = this.#options.now();
    const wall = this.#first + Math.round(((now - this.#startedAt) * this.#clockHz) / 1000);
    const mapped = ticks + (this.#offset ?? Number.NaN);
    const isFollowed = Math.abs(mapped - wall) <= MAX_APART_SECONDS * this.#clockHz;
    if (!isFollowed) this.#offset = wall - ticks;
    this.#last = isFollowed ? mapped : wall;
    this.#lastAt = now;
    return this.#last;
  }
}
