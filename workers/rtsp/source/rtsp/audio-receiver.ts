/** Turns the RTP packets of one audio track into packets with times. */

import type { AudioPacket } from '#shared/media/audio-track.ts';
import { AacDepacketizer } from '#shared/media/rtp/aac.ts';
import { parseRtp, type RtpPacket, TimestampUnwrapper } from '#shared/media/rtp/header.ts';
import type { AudioMedia } from '#shared/media/rtsp/audio-media.ts';
import { RtpOrder } from './rtp-order.ts';

/** Receives one audio track; packets must come in order. */
export class AudioReceiver {
  readonly order: RtpOrder;
  readonly #clock = new TimestampUnwrapper();
  readonly #emit: (packet: AudioPacket) => void;
  readonly #aac: AacDepacketizer | undefined;

  constructor({ codec, payloadType, frameHeader }: AudioMedia, emit: (packet: AudioPacket) => void) {
    this.order = new RtpOrder(payloadType);
    this.#emit = emit;
    if (codec === 'aac')
      this.#aac = new AacDepacketizer(frameHeader, (data, timestamp) => this.#send(data, timestamp));
  }

  /** Takes the bytes of one RTP packet. */
  pushBytes(bytes: Buffer): void {
    const packet = parseRtp(bytes);
    if (packet !== undefined) this.push(packet);
  }

  /** Takes one parsed packet. @param isLossKnown whether packets before it are gone, where it is known */
  push(packet: RtpPacket, isLossKnown?: boolean): void {
    const verdict = this.order.judge(packet, isLossKnown);
    if (verdict === 'skip') return;
    const { payload, timestamp } = packet;
    if (this.#aac !== undefined) this.#aac.push(payload, { timestamp, lost: verdict === 'take-after-loss' });
    // Opus and PCM have no payload header (RFC 7587 section 4.2, RFC 3551 section 4.5.14).
    else if (payload.length > 0) this.#send(Buffer.from(payload), timestamp);
  }

  #send(data: Buffer, timestamp: number): void {
    this.#emit({ data, ticks: this.#clock.unwrap(timestamp) });
  }
}
