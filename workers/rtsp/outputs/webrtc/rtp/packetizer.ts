/** RTP packets of access units as WebRTC viewers share them: each sender fills in its own header. */
import { splitNals } from '#shared/media/annex-b.ts';
import { type NalVideoCodec, parameterSetsOf } from '#shared/media/nal.ts';
import { packetizeH264 } from '#shared/media/rtp/h264.ts';
import { packetizeH265 } from '#shared/media/rtp/h265.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#shared/media/rtp/header.ts';
import { payloadBytes, type RtpPayload, writePayload } from '#shared/media/rtp/payload.ts';

/** With headers, authentication tag and TURN framing this fits the smallest path of the Internet, 1280 bytes. */
const MAX_PAYLOAD_BYTES = 1150;
const PACKETIZE = { h264: packetizeH264, hevc: packetizeH265 };
/** The marker is all that viewers' headers have in common. */
const UNSENT = { payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0 };

/** Makes the packets of one session with a camera. */
export class RtpPacketizer {
  readonly #codec: NalVideoCodec;
  readonly #announced: Buffer[];

  /** @param parameterSets announced out of band (Annex B), put before keyframes that carry none */
  constructor(codec: NalVideoCodec, parameterSets: Buffer) {
    this.#codec = codec;
    this.#announced = splitNals(parameterSets);
  }

  /** The packets of one access unit, all in one allocation. @param nals without start codes */
  packetize(nals: readonly Buffer[], keyframe: boolean): Buffer[] {
    const needsSets = keyframe && parameterSetsOf(this.#codec, nals).length === 0;
    const all = needsSets ? [...this.#announced, ...nals] : nals;
    return layOut(PACKETIZE[this.#codec](all, MAX_PAYLOAD_BYTES));
  }
}

function layOut(payloads: readonly RtpPayload[]): Buffer[] {
  const size = payloads.reduce((sum, payload) => sum + RTP_HEADER_BYTES + payloadBytes(payload), 0);
  const block = Buffer.allocUnsafeSlow(size);
  let end = 0;
  return payloads.map((payload, index) => {
    const start = end;
    end = writePayload(block, start + RTP_HEADER_BYTES, payload);
    const packet = block.subarray(start, end);
    writeRtpHeader(packet, { ...UNSENT, marker: index === payloads.length - 1 });
    return packet;
  });
}
