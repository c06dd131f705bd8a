/** Turns the RTP packets of one track into packets with times. */

import {
  type Depacketizer,
  type EmitAccessUnit,
  type Packet,
  VIDEO_CLOCK_HZ,
  type VideoCodec,
} from '#shared/media/packet.ts';
import { H264Depacketizer } from '#shared/media/rtp/h264.ts';
import { H265Depacketizer } from '#shared/media/rtp/h265.ts';
import { parseRtp, type RtpPacket, TimestampUnwrapper } from '#shared/media/rtp/header.ts';
import { MjpegDepacketizer } from '#shared/media/rtp/mjpeg.ts';
import type { VideoMedia } from '#shared/media/rtsp/video-media.ts';
import { MediaClock } from './media-clock.ts';
import { RtpOrder } from './rtp-order.ts';

const DEPACKETIZERS: Record<VideoCodec, new (emit: EmitAccessUnit, media: VideoMedia) => Depacketizer> = {
  h264: H264Depacketizer,
  hevc: H265Depacketizer,
  mjpeg: MjpegDepacketizer,
};

/** When a packet came, on the wall clock and on one that never goes back, milliseconds. */
interface Arrival {
  wallMs: number;
  steadyMs: number;
}

/** Receives one video track; packets must come in order. */
export class RtpReceiver {
  readonly order: RtpOrder;
  readonly #depacketizer: Depacketizer;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #clock = new MediaClock();
  readonly #now: () => Arrival;
  /** When the first byte of the picture in the making came, and what its RTP time is. */
  #first: (Arrival & { timestamp: number }) | undefined;

  /** @param now for tests */
  constructor(media: VideoMedia, emit: (packet: Packet) => void, now: () => Arrival = arrivalNow) {
    this.order = new RtpOrder(media.payloadType);
    this.#now = now;
    this.#depacketizer = new DEPACKETIZERS[media.codec](({ data, keyframe, timestamp }) => {
      const { wallMs, steadyMs } = this.#first ?? this.#now();
      const rtpMs = (this.#unwrapper.unwrap(timestamp) * 1000) / VIDEO_CLOCK_HZ;
      this.#first = undefined;
      emit({ data, keyframe, mediaTimeMs: this.#clock.timeOf(rtpMs, steadyMs), capturedAt: wallMs });
    }, media);
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
    const { payload, timestamp, marker, extension } = packet;
    // A packet of a later picture may end the one in the making: its arrival is not that one's.
    const before = this.#first;
    this.#first ??= { ...this.#now(), timestamp };
    const lost = verdict === 'take-after-loss';
    this.#depacketizer.push(payload, { timestamp, marker, lost, ...(extension && { extension }) });
    if (this.#first === undefined && before !== undefined && before.timestamp !== timestamp && !marker)
      this.#first = { ...this.#now(), timestamp };
  }
}

function arrivalNow(): Arrival {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}
