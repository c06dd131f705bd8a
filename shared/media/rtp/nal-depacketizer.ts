/** What the depacketizers of H.264 and H.265 share: NAL units become access units at the marker. */

import type { Depacketizer, EmitAccessUnit, RtpFacts } from '../packet.ts';
import { AccessUnitBuilder } from './access-unit-builder.ts';

/** What differs between the codecs, beside the payload formats. */
export interface NalCodec {
  emit: EmitAccessUnit;
  isKeyframeNal: (nal: Buffer) => boolean;
  /** Whether a NAL unit is part of the picture itself. */
  isSlice: (nal: Buffer) => boolean;
  minPayloadBytes: number;
}

/** Puts access units together; a codec tells how its payloads hold NAL units. */
export abstract class NalDepacketizer implements Depacketizer {
  readonly #codec: NalCodec;
  readonly #builder: AccessUnitBuilder;
  #hasSlice = false;

  constructor(codec: NalCodec) {
    this.#codec = codec;
    this.#builder = new AccessUnitBuilder(codec.isKeyframeNal);
  }

  push(payload: Buffer, { timestamp, marker, lost }: RtpFacts): void {
    if (payload.length < this.#codec.minPayloadBytes) return;
    if (lost) this.#builder.abandonFragment();
    if (this.#builder.isBefore(timestamp)) this.#finish();
    this.#builder.begin(timestamp);
    this.take(payload);
    // Some cameras set the marker on parameter sets too: without a slice the unit goes on.
    if (marker && this.#hasSlice) this.#finish();
  }

  /** Hands the NAL units of one payload to the methods below. */
  protected abstract take(payload: Buffer): void;

  protected addNal(nal: Buffer): void {
    this.#hasSlice ||= this.#codec.isSlice(nal);
    this.#builder.addNal(nal);
  }

  /** @param header rebuilt header of the NAL unit that was cut */
  protected startFragment(header: Buffer, fragment: Buffer): void {
    this.#hasSlice ||= this.#codec.isSlice(header);
    this.#builder.startFragment(header, fragment);
  }

  protected continueFragment(fragment: Buffer, isEnd: boolean): void {
    this.#builder.continueFragment(fragment, isEnd);
  }

  #finish(): void {
    this.#hasSlice = false;
    const unit = this.#builder.finish();
    if (unit !== undefined) this.#codec.emit(unit);
  }
}
