/** Gathers NAL units into Annex B access units; shared by the H.264 and H.265 depacketizers. */
import { withRoom } from '#shared/media/with-room.ts';
import type { AccessUnit } from '../packet.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
/** A 4K intra picture stays far below; more is a broken or hostile peer. */
const MAX_ACCESS_UNIT_BYTES = 8 * 1024 * 1024;

const INITIAL_BYTES = 64 * 1024;
/** Room for most keyframes; a builder does not keep more than this between pictures. */
const KEPT_BYTES = 1024 * 1024;

/**
 * One access unit in the making. Its bytes are gathered in one buffer that is used again and again,
 * and copied once when the unit is finished.
 */
export class AccessUnitBuilder {
  readonly #isKeyframeNal: (nal: Buffer) => boolean;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** Whole NAL units lie before this. */
  #bytes = 0;
  /** Where the NAL unit that comes in fragments goes on; undefined when none does. */
  #fragmentEnd: number | undefined;
  #keyframe = false;
  #timestamp = 0;

  constructor(isKeyframeNal: (nal: Buffer) => boolean) {
    this.#isKeyframeNal = isKeyframeNal;
  }

  /** Whether what was gathered belongs to an earlier picture than `timestamp`: its end was never marked. */
  isBefore(timestamp: number): boolean {
    return this.#bytes > 0 && timestamp !== this.#timestamp;
  }

  /** Tells the timestamp of what is added next. */
  begin(timestamp: number): void {
    this.#timestamp = timestamp;
  }

  /** Adds a whole NAL unit (copied). A fragment without its end is dropped. */
  addNal(nal: Buffer): void {
    if (nal.length === 0) return;
    this.#fragmentEnd = undefined;
    const end = this.#write(this.#bytes, START_CODE, nal);
    if (end === undefined) return;
    this.#bytes = end;
    this.#keyframe ||= this.#isKeyframeNal(nal);
  }

  /** Starts a fragmented NAL unit with its rebuilt header. */
  startFragment(header: Buffer, payload: Buffer): void {
    this.#fragmentEnd = this.#write(this.#bytes, START_CODE, header, payload);
  }

  /** Goes on with a fragmented NAL unit; without a start it is dropped. */
  continueFragment(payload: Buffer, isEnd: boolean): void {
    if (this.#fragmentEnd === undefined) return;
    this.#fragmentEnd = this.#write(this.#fragmentEnd, payload);
    if (!isEnd || this.#fragmentEnd === undefined) return;
    const header = this.#buffer.subarray(this.#bytes + START_CODE.length, this.#fragmentEnd);
    this.#keyframe ||= this.#isKeyframeNal(header);
    this.#bytes = this.#fragmentEnd;
    this.#fragmentEnd = undefined;
  }

  /** Drops a fragment whose middle was lost. */
  abandonFragment(): void {
    this.#fragmentEnd = undefined;
  }

  /** Takes the access unit out; undefined when nothing was gathered. */
  finish(): AccessUnit | undefined {
    const bytes = this.#bytes;
    const data = Buffer.allocUnsafeSlow(bytes);
    this.#buffer.copy(data, 0, 0, bytes);
    const unit = { data, keyframe: this.#keyframe, timestamp: this.#timestamp };
    this.#bytes = 0;
    this.#keyframe = false;
    this.#fragmentEnd = undefined;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    return bytes === 0 ? undefined : unit;
  }

  /** @returns the end of what was written, or undefined when it would be too large a picture */
  #write(at: number, ...parts: Buffer[]): number | undefined {
    const end = parts.reduce((sum, part) => sum + part.length, at);
    if (end > MAX_ACCESS_UNIT_BYTES) return undefined;
    this.#buffer = withRoom(this.#buffer, end);
    for (const part of parts) at += part.copy(this.#buffer, at);
    return end;
  }
}
