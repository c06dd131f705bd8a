/** H.264 over RTP (RFC 6184): single NAL units, STAP-A and FU-A, packetization modes 0 and 1. */

import type { EmitAccessUnit } from '../packet.ts';
import { NalDepacketizer } from './nal-depacketizer.ts';
import { type NalPayloadFormat, packetizeNals } from './nal-packetizer.ts';
import type { RtpPayload } from './payload.ts';

const NAL_IDR = 5;
const NAL_DELIMITER = 9;
const NAL_FILLER = 12;
const NAL_STAP_A = 24;
const NAL_FU_A = 28;
const TYPE_MASK = 0x1f;
const FU_START = 0x80;
const FU_END = 0x40;

/** NAL units that belong to a picture's slices (RFC 6184 table 1). */
const isSlice = (nal: Buffer): boolean =>
  ((nal[0] ?? 0) & TYPE_MASK) >= 1 && ((nal[0] ?? 0) & TYPE_MASK) <= NAL_IDR;

/** Puts H.264 access units together. */
export class H264Depacketizer extends NalDepacketizer {
  constructor(emit: EmitAccessUnit) {
    super({
      emit,
      isKeyframeNal: (nal) => ((nal[0] ?? 0) & TYPE_MASK) === NAL_IDR,
      isSlice,
      minPayloadBytes: 2,
    });
  }

  protected override take(payload: Buffer): void {
    const type = (payload[0] as number) & TYPE_MASK;
    if (type === NAL_STAP_A) this.#takeAggregate(payload);
    else if (type === NAL_FU_A) this.#takeFragment(payload);
    else if (type < NAL_STAP_A) this.addNal(payload);
  }

  #takeAggregate(payload: Buffer): void {
    let offset = 1;
    while (offset + 2 <= payload.length) {
      const end = offset + 2 + payload.readUInt16BE(offset);
      if (end > payload.length) return;
      this.addNal(payload.subarray(offset + 2, end));
      offset = end;
    }
  }

  #takeFragment(payload: Buffer): void {
    const indicator = payload[0] as number;
    const header = payload[1] as number;
    const fragment = payload.subarray(2);
    if ((header & FU_START) !== 0) {
      const nalHeader = Buffer.from([(indicator & 0xe0) | (header & TYPE_MASK)]);
      this.startFragment(nalHeader, fragment);
    } else {
      this.continueFragment(fragment, (header & FU_END) !== 0);
    }
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
