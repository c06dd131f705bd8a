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
import { parseRtp, type RtpPacket, sequenceDistance, TimestampUnwrapper } from '#shared/media/rtp/header.ts';
import { MjpegDepacketizer } from '#shared/media/rtp/mjpeg.ts';
import type { VideoMedia } from '#shared/media/rtsp/video-media.ts';

const DEPACKETIZERS: Record<VideoCodec, new (emit: EmitAccessUnit) => Depacketizer> = {
  h264: H264Depacketizer,
  hevc: H265Depacketizer,
  mjpeg: MjpegDepacketizer,
};

/** Receives one video track; packets must come in order. */
export class RtpReceiver {
  readonly #media: VideoMedia;
  readonly #depacketizer: Depacketizer;
  readonly #clock = new TimestampUnwrapper();
  #lastSequence: number | undefined;
  #firstByteAt: number | undefined;

  constructor(media: VideoMedia, emit: (packet: Packet) => void) {
    this.#media = media;
    this.#depacketizer = new DEPACKETIZERS[media.codec](({ data, keyframe, timestamp }) => {
      const mediaTimeMs = (this.#clock.unwrap(timestamp) * 1000) / VIDEO_CLOCK_HZ;
      emit({ data, keyframe, mediaTimeMs, capturedAt: this.#firstByteAt ?? Date.now() });
      this.#firstByteAt = undefined;
    });
  }

  /** Takes the bytes of one RTP packet. */
  pushBytes(bytes: Buffer): void {
    const packet = parseRtp(bytes);
    if (packet === undefined) return;
    const lost =
      this.#lastSequence !== undefined && sequenceDistance(this.#lastSequence, packet.sequence) !== 1;
    this.push(packet, lost);
  }

  /** Takes one parsed packet; `lost` says that packets before it are gone. */
  push(packet: RtpPacket, lost: boolean): void {
    if (packet.payloadType !== this.#media.payloadType) return;
    this.#lastSequence = packet.sequence;
    this.#firstByteAt ??= Date.now();
    this.#depacketizer.push(packet.payload, { timestamp: packet.timestamp, marker: packet.marker, lost });
  }
}
