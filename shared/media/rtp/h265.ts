/** H.265 over RTP (RFC 7798): single NAL units, aggregation packets and fragmentation units, without DONL. */

import type { EmitAccessUnit } from '../packet.ts';
import { NalDepacketizer } from './nal-depacketizer.ts';
import { type NalPayloadFormat, packetizeNals } from './nal-packetizer.ts';
import type { RtpPayload } from './payload.ts';

const NAL_DELIMITER = 35;
const NAL_FILLER = 38;
const NAL_AGGREGATION = 48;
const NAL_FRAGMENTATION = 49;
const FU_START = 0x80;
const FU_END = 0x40;

const typeOf = (nal: Buffer): number => ((nal[0] ?? 0) >> 1) & 0x3f;

/** Puts H.265 access units together. */
export class H265Depacketizer extends NalDepacketizer {
  constructor(emit: EmitAccessUnit) {
    super('hevc', emit);
  }

  protected override take(payload: Buffer): void {
    const type = typeOf(payload);
    if (type === NAL_AGGREGATION) this.#takeAggregate(payload);
    else if (type === NAL_FRAGMENTATION) this.#takeFragment(payload);
    else if (type < NAL_AGGREGATION) this.addNal(payload);
  }

  #takeAggregate(payload: Buffer): void {
    let offset = 2;
    while (offset + 2 <= payload.length) {
      const end = offset + 2 + payload.readUInt16BE(offset);
      if (end > payload.length) return;
      this.addNal(payload.subarray(offset + 2, end));
      offset = end;
    }
  }

  #takeFragment(payload: Buffer): void {
    const header = payload[2] as number;
    const fragment = payload.subarray(3);
    const isEnd = (header & FU_END) !== 0;
    if ((header & FU_START) === 0) {
      this.continueFragment(fragment, isEnd);
      return;
    }
    const first = ((payload[0] as number) & 0x81) | ((header & 0x3f) << 1);
    this.startFragment(Buffer.from([first, payload[1] as number]), fragment, isEnd);
  }
}

/** Fragments as RFC 7798 section 4.4.3: layer and temporal ids stay, the type moves into the FU header. */
const PAYLOAD_FORMAT: NalPayloadFormat = {
  headerBytes: 2,
  isDroppable: (nal) => [NAL_DELIMITER, NAL_FILLER].includes(typeOf(nal)),
  fragmentHeader: (nal) => [
    ((nal[0] as number) & 0x81) | (NAL_FRAGMENTATION << 1),
    nal[1] as number,
    typeOf(nal),
  ],
};

/** Payloads of one access unit. @param nals without start codes */
export function packetizeH265(nals: readonly Buffer[], maxBytes: number): RtpPayload[] {
  return packetizeNals(nals, maxBytes, PAYLOAD_FORMAT);
}
