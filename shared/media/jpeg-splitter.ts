/**
 * Finds JPEGs in a stream of bytes by their own structure (ITU-T T.81 annex B), so that it needs no
 * boundary and no length, which cameras get wrong.
 */
import { AppError } from '../errors.ts';
import { withRoom } from './with-room.ts';

/** One picture of a stream. */
export interface SplitJpeg {
  /** From its start to its end marker; a copy. */
  data: Buffer;
  /** When its first bytes came, Unix milliseconds. */
  startedAt: number;
}

const INITIAL_BYTES = 64 * 1024;
/** Several times a 4K picture of the best quality. */
const MAX_JPEG_BYTES = 16 * 1024 * 1024;
/** What may stand between two pictures: headers, other parts. */
const MAX_JUNK_BYTES = 1024 * 1024;
const START = Buffer.from([0xff, 0xd8, 0xff]);
/** Those below are reserved. */
const FIRST_MARKER = 0xc0;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** Collects bytes, and emits each picture as soon as its last byte is there; damaged ones are left out. */
export class JpegSplitter {
  readonly #emit: (jpeg: SplitJpeg) => void;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #bytes = 0;
  /** Where to read on in the picture; 0 while its start is looked for. */
  #at = 0;
  #isInScan = false;
  #startedAt = 0;
  #junk = 0;

  constructor(emit: (jpeg: SplitJpeg) => void) {
    this.#emit = emit;
  }

  /** @param chunk copied if kept @throws AppError `camera-sends-too-much`, `camera-protocol-error` */
  push(chunk: Buffer, now = Date.now()): void {
    this.#buffer = withRoom(this.#buffer, this.#bytes + chunk.length);
    chunk.copy(this.#buffer, this.#bytes);
    this.#bytes += chunk.length;
    while (this.#at === 0 ? this.#findStart(now) : this.#readMarker());
    if (this.#bytes > MAX_JPEG_BYTES)
      throw new AppError('camera-sends-too-much', `A picture has more than ${MAX_JPEG_BYTES >> 20} MB`);
  }

  #findStart(now: number): boolean {
    const found = this.#buffer.subarray(0, this.#bytes).indexOf(START);
    const junk = found >= 0 ? found : Math.max(0, this.#bytes - (START.length - 1));
    this.#drop(junk);
    this.#junk = found >= 0 ? 0 : this.#junk + junk;
    if (this.#junk > MAX_JUNK_BYTES)
      throw new AppError('camera-protocol-error', 'The camera sends something else than JPEGs');
    if (found < 0) return false;
    this.#startedAt = now;
    this.#at = 2;
    this.#isInScan = false;
    return true;
  }

  /** Reads one marker. @returns whether there may be another */
  #readMarker(): boolean {
    const bytes = this.#buffer.subarray(0, this.#bytes);
    if (this.#at + 1 >= bytes.length) return false;
    const next = this.#isInScan ? bytes.indexOf(0xff, this.#at) : this.#at;
    const at = next < 0 ? bytes.length : next;
    if (this.#isInScan) this.#at = at;
    if (at + 1 >= bytes.length) return false;
    const marker = bytes[at + 1] as number;
    if (marker === EOI && bytes[at] === 0xff) return this.#finish(at + 2);
    if (this.#isInScan && (marker === 0 || isRestart(marker))) return this.#readOn(at + 2);
    if (bytes[at] !== 0xff || marker === SOI || marker < FIRST_MARKER)
      return this.#giveUp(this.#isInScan ? at : START.length - 1);
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) return this.#readOn(at + 1);
    if (at + 4 > bytes.length) return false;
    this.#isInScan = marker === SOS;
    return this.#readOn(at + 2 + bytes.readUInt16BE(at + 2));
  }

  #readOn(at: number): boolean {
    this.#at = at;
    return true;
  }

  #giveUp(bytes: number): boolean {
    this.#drop(bytes);
    return this.#readOn(0);
  }

  #finish(end: number): boolean {
    const data = Buffer.from(this.#buffer.subarray(0, end));
    this.#giveUp(end);
    this.#emit({ data, startedAt: this.#startedAt });
    return true;
  }

  #drop(bytes: number): void {
    this.#buffer.copyWithin(0, bytes, this.#bytes);
    this.#bytes -= bytes;
  }
}
