/** Gathers NAL units into Annex B access units; shared by the H.264 and H.265 depacketizers. */
import { withRoom } from '../with-room.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
/** A 4K intra picture stays far below; more is a broken or hostile peer. */
const MAX_ACCESS_UNIT_BYTES = 8 * 1024 * 1024;

const INITIAL_BYTES = 64 * 1024;
/** More than any level allows in one picture (ITU-T H.264 table A-1: 600 slices at most). */
const MAX_NALS = 2048;
/** Room for most keyframes; a builder does not keep more than this between pictures. */
const KEPT_BYTES = 1024 * 1024;

/**
 * The bytes of one access unit in the making, in one buffer that is used again and again
 * and copied once when the unit is finished.
 */
export class AccessUnitBuilder {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** Whole NAL units lie before this. */
  #bytes = 0;
  /** End of the NAL unit that comes in fragments; undefined when none does. */
  #fragmentEnd: number | undefined;
  #nals = 0;

  /** Bytes of all whole NAL units with their start codes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a NAL unit has begun and not ended. */
  get hasOpenFragment(): boolean {
    return this.#fragmentEnd !== undefined;
  }

  /** Adds a whole NAL unit (copied). @returns it, valid until the next call; undefined when there is no room */
  addNal(nal: Buffer): Buffer | undefined {
    this.#fragmentEnd = this.#write(this.#bytes, START_CODE, nal);
    return this.closeFragment();
  }

  /** Starts a fragmented NAL unit with its rebuilt header. */
  startFragment(header: Buffer, payload: Buffer): void {
    this.#fragmentEnd = this.#write(this.#bytes, START_CODE, header, payload);
  }

  /** Continues a fragmented NAL unit; without a start the bytes are dropped. */
  continueFragment(payload: Buffer): void {
    if (this.#fragmentEnd !== undefined) this.#fragmentEnd = this.#write(this.#fragmentEnd, payload);
  }

  /** Ends a fragmented NAL unit. @returns it, valid until the next call; undefined when none was open */
  closeFragment(): Buffer | undefined {
    const end = this.#fragmentEnd;
    this.#fragmentEnd = undefined;
    if (end === undefined || this.#nals >= MAX_NALS) return undefined;
    this.#nals += 1;
    const nal = this.#buffer.subarray(this.#bytes + START_CODE.length, end);
    this.#bytes = end;
    return nal;
  }

  /** Drops a NAL unit whose middle was lost. */
  abandonFragment(): void {
    this.#fragmentEnd = undefined;
  }

  /** Puts an access unit back that was taken out too early; what was gathered since is dropped. */
  restore(data: Buffer): void {
    this.#fragmentEnd = undefined;
    this.#bytes = this.#write(0, data) ?? 0;
  }

  /** Takes the access unit out (copied). */
  take(): Buffer {
    const data = Buffer.allocUnsafeSlow(this.#bytes);
    this.#buffer.copy(data, 0, 0, this.#bytes);
    this.clear();
    return data;
  }

  /** Drops everything. */
  clear(): void {
    this.#bytes = 0;
    this.#nals = 0;
    this.#fragmentEnd = undefined;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
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
