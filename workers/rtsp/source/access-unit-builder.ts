/** Gathers NAL units into Annex B access units; shared by the H.264 and H.265 depacketizers. */
import type { AccessUnit } from './packet.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
/** A 4K intra picture stays far below; more is a broken or hostile peer. */
const MAX_ACCESS_UNIT_BYTES = 16 * 1024 * 1024;

/** One access unit in the making. */
export class AccessUnitBuilder {
  readonly #isKeyframeNal: (nal: Buffer) => boolean;
  #parts: Buffer[] = [];
  #bytes = 0;
  #keyframe = false;
  #timestamp = 0;
  #fragment: Buffer[] | undefined;

  constructor(isKeyframeNal: (nal: Buffer) => boolean) {
    this.#isKeyframeNal = isKeyframeNal;
  }

  /** Whether what was gathered belongs to an earlier picture than `timestamp`: its end was never marked. */
  isBefore(timestamp: number): boolean {
    return this.#parts.length > 0 && timestamp !== this.#timestamp;
  }

  /** Tells the timestamp of what is added next. */
  begin(timestamp: number): void {
    this.#timestamp = timestamp;
  }

  /** Adds a whole NAL unit (copied). */
  addNal(nal: Buffer): void {
    if (nal.length === 0) return;
    this.#keyframe ||= this.#isKeyframeNal(nal);
    this.#append(START_CODE, Buffer.from(nal));
  }

  /** Starts a fragmented NAL unit with its rebuilt header. */
  startFragment(header: Buffer, payload: Buffer): void {
    this.#fragment = [header, Buffer.from(payload)];
  }

  /** Goes on with a fragmented NAL unit; without a start it is dropped. */
  continueFragment(payload: Buffer, end: boolean): void {
    if (this.#fragment === undefined) return;
    this.#fragment.push(Buffer.from(payload));
    if (!end) return;
    const [header, ...rest] = this.#fragment as [Buffer, ...Buffer[]];
    this.#keyframe ||= this.#isKeyframeNal(header);
    this.#append(START_CODE, header, ...rest);
    this.#fragment = undefined;
  }

  /** Drops a fragment whose middle was lost. */
  abandonFragment(): void {
    this.#fragment = undefined;
  }

  /** Takes the access unit out; undefined when nothing was gathered. */
  finish(): AccessUnit | undefined {
    const parts = this.#parts;
    const unit = {
      data: Buffer.concat(parts, this.#bytes),
      keyframe: this.#keyframe,
      timestamp: this.#timestamp,
    };
    this.#parts = [];
    this.#bytes = 0;
    this.#keyframe = false;
    this.#fragment = undefined;
    return parts.length === 0 ? undefined : unit;
  }

  #append(...parts: Buffer[]): void {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#bytes + bytes > MAX_ACCESS_UNIT_BYTES) return;
    this.#parts.push(...parts);
    this.#bytes += bytes;
  }
}
