/** Turns the RTP packets of one audio track into packets with times. */
import { parseRtp, type RtpPacket, sequenceDistance, TimestampUnwrapper } from '../source/rtp.ts';
import { AacDepacketizer } from './aac-depacketizer.ts';
import type { AudioMedia } from './audio-media.ts';
import type { AudioPacket } from './audio-track.ts';

/** Receives one audio track; packets must come in order. */
export class AudioReceiver {
  readonly #payloadType: number;
  readonly #clock = new TimestampUnwrapper();
  readonly #emit: (packet: AudioPacket) => void;
  readonly #aac: AacDepacketizer | undefined;
  #lastSequence: number | undefined;

  constructor({ codec, payloadType, frameHeader }: AudioMedia, emit: (packet: AudioPacket) => void) {
    this.#payloadType = payloadType;
    this.#emit = emit;
    if (codec === 'aac')
      this.#aac = new AacDepacketizer(frameHeader, (data, timestamp) => this.#send(data, timestamp));
  }

  /** Takes the bytes of one RTP packet. */
  pushBytes(bytes: Buffer): void {
    const packet = parseRtp(bytes);
    if (packet === undefined) return;
    const last = this.#lastSequence;
    this.push(packet, last !== undefined && sequenceDistance(last, packet.sequence) !== 1);
  }

  /** Takes one parsed packet; `lost` says that packets before it are gone. */
  push({ payloadType, sequence, timestamp, payload }: RtpPacket, lost: boolean): void {
    if (payloadType !== this.#payloadType) return;
    this.#lastSequence = sequence;
    if (this.#aac !== undefined) this.#aac.push(payload, { timestamp, lost });
    // Opus and PCM have no payload header (RFC 7587 section 4.2, RFC 3551 section 4.5.14).
    else if (payload.length > 0) this.#send(Buffer.from(payload), timestamp);
  }

  #send(data: Buffer, timestamp: number): void {
    this.#emit({ data, ticks: this.#clock.unwrap(timestamp) });
  }
}
