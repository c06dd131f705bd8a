/** The RTP packets of a camera's sound, the same for all readers. */
import { randomInt } from 'node:crypto';
import type { AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';
import { packetizeAac } from '#shared/media/rtp/aac.ts';
import { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import { AUDIO_PAYLOAD_TYPES } from '#shared/media/rtsp/description.ts';

const EMPTY = Buffer.alloc(0);

/** One track. */
export class AudioPacker {
  readonly track: AudioTrack;
  readonly ssrc = randomInt(2 ** 32);
  #sequence = randomInt(2 ** 16);
  #newest: { ticks: number; at: number } | undefined;

  constructor(track: AudioTrack) {
    this.track = track;
  }

  /** RTP time of this moment; undefined before the first packet. */
  get timestampNow(): number | undefined {
    if (this.#newest === undefined) return undefined;
    const elapsedMs = performance.now() - this.#newest.at;
    return Math.round(this.#newest.ticks + (elapsedMs * this.track.clockHz) / 1000);
  }

  pack({ data, ticks }: AudioPacket): RtpPackets {
    this.#newest = { ticks, at: performance.now() };
    const { codec } = this.track;
    const payload = codec === 'aac' ? packetizeAac(data) : { prefix: EMPTY, body: data };
    const position = {
      payloadType: AUDIO_PAYLOAD_TYPES[codec],
      ssrc: this.ssrc,
      sequence: this.#sequence,
      timestamp: ticks,
    };
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return new RtpPackets([payload], position, true);
  }
}
