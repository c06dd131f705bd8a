/** H.264 over RTP (RFC 6184): single NAL units, aggregates and fragments; interleaved modes only where in order. */

import type { EmitAccessUnit } from '../packet.ts';
import { NalDepacketizer } from './nal-depacketizer.ts';
import { type NalPayloadFormat, packetizeNals } from './nal-packetizer.ts';
import type { RtpPayload } from './payload.ts';

const NAL_DELIMITER = 9;
const NAL_FILLER = 12;
const NAL_STAP_A = 24;
const NAL_STAP_B = 25;
const NAL_MTAP16 = 26;
const NAL_MTAP24 = 27;
const NAL_FU_A = 28;
const NAL_FU_B = 29;
const TYPE_MASK = 0x1f;
const FU_START = 0x80;
const FU_END = 0x40;
/** Bytes of a decoding order number (RFC 6184 section 5.5). */
const DON_BYTES = 2;

/** Bytes before the first NAL unit of an aggregate and before each (RFC 6184 section 5.7), sizes apart. */
const AGGREGATES: Record<number, { head: number; each: number }> = {
  [NAL_STAP_A]: { head: 1, each: 0 },
  [NAL_STAP_B]: { head: 1 + DON_BYTES, each: 0 },
  [NAL_MTAP16]: { head: 1 + DON_BYTES, each: 3 },
  [NAL_MTAP24]: { head: 1 + DON_BYTES, each: 4 },
};

/** Puts H.264 access units together. */
export class H264Depacketizer extends NalDepacketizer {
  constructor(emit: EmitAccessUnit) {
    super('h264', emit);
  }

  protected override take(payload: Buffer): void {
    const type = (payload[0] as number) & TYPE_MASK;
    const aggregate = AGGREGATES[type];
    if (aggregate !== undefined) this.#takeAggregate(payload, aggregate);
    else if (type === NAL_FU_A) this.#takeFragment(payload, 2);
    else if (type === NAL_FU_B) this.#takeFragment(payload, 2 + DON_BYTES);
    else if (type < NAL_STAP_A) this.addNal(payload);
  }

  #takeAggregate(payload: Buffer, { head, each }: { head: number; each: number }): void {
    let offset = head;
    while (offset + 2 <= payload.length) {
      const start = offset + 2 + each;
      const end = offset + 2 + payload.readUInt16BE(offset) + each;
      if (end > payload.length) return;
      this.addNal(payload.subarray(start, Math.max(start, end)));
      offset = end;
    }
  }

  #takeFragment(payload: Buffer, headBytes: number): void {
    const indicator = payload[0] as number;
    const header = payload[1] as number;
    const fragment = payload.subarray(headBytes);
    const isEnd = (header & FU_END) !== 0;
    if ((header & FU_START) === 0) this.continueFragment(fragment, isEnd);
    else this.startFragment(Buffer.from([(indicator & 0xe0) | (header & TYPE_MASK)]), fragment, isEnd);
  }
}

/** Fragments as FU-A (RFC 6184 section 5.8): indicator and FU header take the place of the NAL unit's header. */
const PAYLOAD_FORMAT: NalPayloadFormat = {
  headerBytes: 1,
  isDroppable: (nal) => [NAL_DELIMITER, NAL_FILLER].includes((nal[0] as number) & TYPE_MASK),
  fragmentHeader: (nal) => [((nal[0] as number) & 0xe0) | NAL_FU_A, (nal[0] as number) & TYPE_MASK],
};

/** Payloads of one access unit, packetization mode 1. @param nals without start codes */
export function packetizeH264(nals: readonly Buffer[], maxBytes: number): RtpPayload[] {
  return packetizeNals(nals, maxBytes, PAYLOAD_FORMAT);
}
