/** The RTP packets of a camera's pictures, the same for all readers. */
import { randomInt } from 'node:crypto';
import { splitNals } from '#shared/media/annex-b.ts';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { type NalVideoCodec, parameterSetsOf } from '#shared/media/nal.ts';
import { type Packet, VIDEO_CLOCK_HZ, type VideoTrack } from '#shared/media/packet.ts';
import { packetizeH264 } from '#shared/media/rtp/h264.ts';
import { packetizeH265 } from '#shared/media/rtp/h265.ts';
import { RTP_HEADER_BYTES } from '#shared/media/rtp/header.ts';
import { packetizeMjpeg } from '#shared/media/rtp/mjpeg.ts';
import type { RtpPayload } from '#shared/media/rtp/payload.ts';
import { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import { VIDEO_PAYLOAD_TYPES, videoSection } from '#shared/media/rtsp/description.ts';

/** Fits Ethernet with room for tunnels. */
const MAX_PAYLOAD_BYTES = 1400 - RTP_HEADER_BYTES;
const PACKETIZE = { h264: packetizeH264, hevc: packetizeH265 };

/** Numbers go on through sessions with the camera, so that readers stay. */
export class VideoPacker {
  readonly codec: VideoTrack['codec'];
  readonly ssrc = randomInt(2 ** 32);
  readonly #offset = randomInt(2 ** 32);
  #sequence = randomInt(2 ** 16);
  #track: VideoTrack;
  #sets: ParameterSets | undefined;
  #isReady = false;

  constructor(track: VideoTrack) {
    this.codec = track.codec;
    this.#track = track;
    this.begin(track);
  }

  /** A session with the camera begins, with the same codec. */
  begin(track: VideoTrack): void {
    this.#track = track;
    this.#sets = track.codec === 'mjpeg' ? undefined : new ParameterSets(track.codec, track);
  }

  /** Whether everything that readers are told before they play is known. */
  get isReady(): boolean {
    return this.#isReady && (this.#sets?.isComplete ?? true);
  }

  /** Lines of the session description. @param control address of the track */
  describe(control: string): string[] {
    const nals = [...(this.#sets?.all.values() ?? [])].flat();
    const parameterSets = Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));
    return videoSection({ ...this.#track, parameterSets }, control);
  }

  /** RTP time of a moment. @param mediaTimeMs milliseconds of `performance.now()` */
  timestampOf(mediaTimeMs: number): number {
    return Math.round((mediaTimeMs * VIDEO_CLOCK_HZ) / 1000) + this.#offset;
  }

  /** @returns undefined for a picture without content @throws RangeError for a JPEG that RTP cannot carry */
  pack(packet: Packet): RtpPackets | undefined {
    const payloads = this.#payloadsOf(packet);
    if (payloads.length === 0) return undefined;
    const position = {
      payloadType: VIDEO_PAYLOAD_TYPES[this.codec],
      ssrc: this.ssrc,
      sequence: this.#sequence,
      timestamp: this.timestampOf(packet.mediaTimeMs),
    };
    this.#sequence = (this.#sequence + payloads.length) & 0xffff;
    this.#isReady ||= packet.keyframe;
    return new RtpPackets(payloads, position, packet.keyframe);
  }

  #payloadsOf({ data, keyframe }: Packet): RtpPayload[] {
    if (this.codec === 'mjpeg') return packetizeMjpeg(data, MAX_PAYLOAD_BYTES);
    const nals = splitNals(data);
    return PACKETIZE[this.codec](keyframe ? this.#withSets(this.codec, nals) : nals, MAX_PAYLOAD_BYTES);
  }

  /** Keyframes carry their sets, also where the camera only announced them. */
  #withSets(codec: NalVideoCodec, nals: readonly Buffer[]): readonly Buffer[] {
    this.#sets?.take(nals);
    if (parameterSetsOf(codec, nals).length > 0) return nals;
    return [...[...(this.#sets?.all.values() ?? [])].flat(), ...nals];
  }
}
