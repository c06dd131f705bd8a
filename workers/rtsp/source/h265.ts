/** H.265 over RTP (RFC 7798): single NAL units, aggregation packets and fragmentation units, without DONL. */
import { AccessUnitBuilder } from './access-unit-builder.ts';
import type { Depacketizer, EmitAccessUnit, RtpFacts } from './packet.ts';

const NAL_IRAP_FIRST = 16;
const NAL_IRAP_LAST = 23;
const NAL_SLICE_LAST = 31;
const NAL_AGGREGATION = 48;
const NAL_FRAGMENTATION = 49;
const FU_START = 0x80;
const FU_END = 0x40;

const typeOf = (nal: Buffer): number => ((nal[0] ?? 0) >> 1) & 0x3f;
const isIrap = (nal: Buffer): boolean => typeOf(nal) >= NAL_IRAP_FIRST && typeOf(nal) <= NAL_IRAP_LAST;

/** Puts H.265 access units together. */
export class H265Depacketizer implements Depacketizer {
  readonly #emit: EmitAccessUnit;
  readonly #builder = new AccessUnitBuilder(isIrap);
  #hasSlice = false;

  constructor(emit: EmitAccessUnit) {
    this.#emit = emit;
  }

  push(payload: Buffer, { timestamp, marker, lost }: RtpFacts): void {
    if (payload.length < 3) return;
    if (lost) this.#builder.abandonFragment();
    if (this.#builder.isBefore(timestamp)) this.#finish();
    this.#builder.begin(timestamp);
    this.#take(payload);
    // Some cameras set the marker on parameter sets too: without a slice the unit goes on.
    if (marker && this.#hasSlice) this.#finish();
  }

  #finish(): void {
    this.#hasSlice = false;
    const unit = this.#builder.finish();
    if (unit !== undefined) this.#emit(unit);
  }

  #take(payload: Buffer): void {
    const type = typeOf(payload);
    if (type === NAL_AGGREGATION) this.#takeAggregate(payload);
    else if (type === NAL_FRAGMENTATION) this.#takeFragment(payload);
    else if (type < NAL_AGGREGATION) this.#takeNal(payload);
  }

  #takeNal(nal: Buffer): void {
    this.#hasSlice ||= typeOf(nal) <= NAL_SLICE_LAST;
    this.#builder.addNal(nal);
  }

  #takeAggregate(payload: Buffer): void {
    let offset = 2;
    while (offset + 2 <= payload.length) {
      const end = offset + 2 + payload.readUInt16BE(offset);
      if (end > payload.length) return;
      this.#takeNal(payload.subarray(offset + 2, end));
      offset = end;
    }
  }

  #takeFragment(payload: Buffer): void {
    const header = payload[2] as number;
    const fragment = payload.subarray(3);
    if ((header & FU_START) !== 0) {
      const first = ((payload[0] as number) & 0x81) | ((header & 0x3f) << 1);
      const nalHeader = Buffer.from([first, payload[1] as number]);
      this.#hasSlice ||= typeOf(nalHeader) <= NAL_SLICE_LAST;
      this.#builder.startFragment(nalHeader, fragment);
    } else {
      this.#builder.continueFragment(fragment, (header & FU_END) !== 0);
    }
  }
}
