/**
 * What the depacketizers of H.264 and H.265 share: NAL units become access units.
 *
 * The marker bit ends a picture without waiting for the next packet. Senders that set it
 * elsewhere are recognised by their slices, and from then on the slices tell where pictures end.
 */
import { splitNals } from '../annex-b.ts';
import type { NalVideoCodec } from '../nal.ts';
import { factsOf, NAL_HEADER_BYTES, type NalFacts } from '../nal-facts.ts';
import type { AccessUnit, Depacketizer, EmitAccessUnit, RtpFacts } from '../packet.ts';
import { AccessUnitBuilder } from './access-unit-builder.ts';

/** Enough of a slice to see whether it begins a picture. */
const SLICE_START_BYTES = 16;
const START_CODE = Buffer.from([0, 0, 1]);
/** A picture is one frame or two fields; more beginnings are further pictures. */
const MAX_BEGINNINGS = 2;
/** A recovery point counts as a keyframe when there was no IDR picture within this many pictures. */
const IDR_MEMORY = 300;
/** Parameter sets, SEI and delimiters that wait for their picture; more is not from a camera. */
const MAX_BYTES_WITHOUT_SLICE = 256 * 1024;

/** What was found in the picture in the making. */
interface PictureFacts {
  /** Slices that have begun, also those that came in part only. */
  slices: number;
  wholeSlices: number;
  beginnings: number;
  isRandomAccess: boolean;
  isRecoveryPoint: boolean;
  /** All whole slices are I slices. */
  isIntra: boolean;
}

const NOTHING: Readonly<PictureFacts> = {
  slices: 0,
  wholeSlices: 0,
  beginnings: 0,
  isRandomAccess: false,
  isRecoveryPoint: false,
  isIntra: true,
};

/** Puts access units together; a codec tells how its payloads hold NAL units. */
export abstract class NalDepacketizer implements Depacketizer {
  readonly #codec: NalVideoCodec;
  readonly #emit: EmitAccessUnit;
  readonly #builder = new AccessUnitBuilder();
  #picture: PictureFacts = { ...NOTHING };
  #timestamp = 0;
  /** The marker came in the middle of a NAL unit: the next packet shows whether the picture has ended. */
  #isMarkPending = false;
  /** Slices tell where pictures end, since the marker or the timestamp does not. */
  #isMarkerIgnored = false;
  /** The picture that a marker has just ended; undefined after a loss. */
  #previous: { unit: AccessUnit; facts: PictureFacts } | undefined;
  #picturesSinceIdr = Number.POSITIVE_INFINITY;

  constructor(codec: NalVideoCodec, emit: EmitAccessUnit) {
    this.#codec = codec;
    this.#emit = emit;
  }

  push(payload: Buffer, { timestamp, marker, lost }: RtpFacts): void {
    if (lost) this.#forgetFragment();
    if (timestamp !== this.#timestamp) this.#endPicture();
    this.#timestamp = timestamp;
    if (payload.length > NAL_HEADER_BYTES[this.#codec]) this.take(payload);
    // Cameras set the marker on parameter sets too: without a slice the unit goes on.
    if (marker && this.#picture.slices > 0 && !this.#isMarkerIgnored) this.#onMarker();
  }

  /** Hands the NAL units of one payload to the methods below. */
  protected abstract take(payload: Buffer): void;

  protected addNal(payload: Buffer): void {
    const nal = withoutStartCode(payload);
    if (nal.length <= NAL_HEADER_BYTES[this.#codec]) return;
    this.#begin(nal);
    this.#note(this.#builder.addNal(nal));
  }

  /** @param header rebuilt header of the NAL unit that was cut */
  protected startFragment(header: Buffer, fragment: Buffer, isEnd: boolean): void {
    const body = withoutStartCode(fragment);
    // A fragment that begins with a start code brings the header of its NAL unit along.
    const head = body === fragment ? header : body.subarray(0, 0);
    this.#begin(Buffer.concat([head, body.subarray(0, SLICE_START_BYTES)]));
    this.#builder.startFragment(head, body);
    if (isEnd) this.#note(this.#builder.closeFragment());
  }

  protected continueFragment(fragment: Buffer, isEnd: boolean): void {
    // The marker stood on a fragment in the middle: it says nothing.
    if (this.#isMarkPending) this.#isMarkerIgnored = true;
    this.#isMarkPending = false;
    this.#builder.continueFragment(fragment);
    if (isEnd) this.#note(this.#builder.closeFragment());
  }

  /** Decides where a NAL unit belongs. */
  #begin(nal: Buffer): void {
    // A fragment without end bit, though nothing was lost: it ends where the next unit begins.
    this.#note(this.#builder.closeFragment());
    const facts = factsOf(this.#codec, nal);
    if (this.#isMarkPending || this.#beginsPicture(facts)) this.#endPicture();
    else if (facts.isSlice && !facts.isFirstSlice) this.#rejoin();
    if (facts.isSlice) this.#picture.slices += 1;
    if (facts.isFirstSlice) this.#picture.beginnings += 1;
    if (this.#picture.slices === 0 && this.#builder.bytes > MAX_BYTES_WITHOUT_SLICE) this.#builder.clear();
  }

  #beginsPicture({ isFirstSlice, isPrefix }: NalFacts): boolean {
    const { slices, beginnings } = this.#picture;
    if (isFirstSlice && beginnings >= MAX_BEGINNINGS) this.#isMarkerIgnored = true;
    return slices > 0 && (isFirstSlice || isPrefix) && this.#isMarkerIgnored;
  }

  /** Takes the picture back whose further slices come after its marker. */
  #rejoin(): void {
    const previous = this.#previous;
    const isNew = this.#picture.slices === 0 && this.#builder.bytes === 0;
    if (!isNew || previous === undefined || previous.unit.timestamp !== this.#timestamp) return;
    this.#isMarkerIgnored = true;
    this.#builder.restore(previous.unit.data);
    this.#picture = previous.facts;
  }

  #onMarker(): void {
    this.#isMarkPending = this.#builder.hasOpenFragment;
    if (!this.#isMarkPending) this.#endPicture();
  }

  #forgetFragment(): void {
    this.#builder.abandonFragment();
    this.#isMarkPending = false;
    this.#previous = undefined;
  }

  /** Takes note of a whole NAL unit, which may hold several with start codes between them. */
  #note(nal: Buffer | undefined): void {
    if (nal === undefined) return;
    const parts = nal.includes(START_CODE) ? splitNals(Buffer.concat([START_CODE, nal])) : [nal];
    for (const part of parts) {
      const facts = factsOf(this.#codec, part);
      this.#picture.isRandomAccess ||= facts.isRandomAccess;
      this.#picture.isRecoveryPoint ||= facts.isRecoveryPoint;
      if (!facts.isSlice) continue;
      this.#picture.wholeSlices += 1;
      this.#picture.isIntra &&= facts.isIntra;
    }
    this.#picture.slices = Math.max(this.#picture.slices, this.#picture.wholeSlices);
  }

  /** Emits the picture in the making. Without a slice there is none: what came belongs to the next one. */
  #endPicture(): void {
    this.#note(this.#builder.closeFragment());
    this.#isMarkPending = false;
    const facts = this.#picture;
    if (facts.wholeSlices === 0) {
      this.#picture = { ...NOTHING, isRecoveryPoint: facts.isRecoveryPoint };
      return;
    }
    this.#picture = { ...NOTHING };
    const keyframe = this.#isKeyframe(facts);
    const unit = { data: this.#builder.take(), keyframe, timestamp: this.#timestamp };
    this.#previous = { unit, facts };
    this.#emit(unit);
  }

  #isKeyframe({ isRandomAccess, isRecoveryPoint, isIntra }: PictureFacts): boolean {
    this.#picturesSinceIdr = isRandomAccess ? 0 : this.#picturesSinceIdr + 1;
    return isRandomAccess || (this.#picturesSinceIdr > IDR_MEMORY && (isRecoveryPoint || isIntra));
  }
}

/** Senders that cut a byte stream leave a start code in front. */
function withoutStartCode(bytes: Buffer): Buffer {
  const at = bytes.subarray(0, 4).indexOf(START_CODE);
  const isLeading = at === 0 || (at === 1 && bytes[0] === 0);
  return isLeading ? bytes.subarray(at + START_CODE.length) : bytes;
}
