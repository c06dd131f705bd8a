/** Callers that wait for a picture until a certain packet is decoded. */
import { AppError } from '#shared/errors.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { LiveFrame } from './live-frame.ts';
import { formatKey, type Picture } from './picture.ts';

interface SnapshotRequest {
  /** Sequence number of the packet. */
  target: number;
  format: PictureFormat;
  resolve(picture: Picture): void;
  reject(error: Error): void;
}

/** More formats are not waited for at one camera: each costs an encoding. */
const MAX_FORMATS = 32;
/** Formats that are encoded before viewers get their next picture. */
const FORMATS_AT_A_TIME = 2;

/** Requests for snapshots of one camera session. */
export class SnapshotRequests {
  #requests: SnapshotRequest[] = [];

  /**
   * Puts one in line.
   * @param target sequence number of the packet to decode
   * @param signal takes the request back
   * @throws AppError `no-frame-yet` when the packet shows nothing or the request was taken back, `worker-busy`
   */
  add(target: number, format: PictureFormat, signal?: AbortSignal): Promise<Picture> {
    if (signal?.aborted === true) return Promise.reject(noFrameYet());
    const key = formatKey(format);
    const formats = new Set(this.#requests.map((request) => formatKey(request.format)));
    if (formats.size >= MAX_FORMATS && !formats.has(key)) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const request = { target, format, resolve, reject };
      this.#requests.push(request);
      signal?.addEventListener('abort', () => this.#takeBack(request), { once: true });
    });
  }

  /** The farthest packet that a caller waits for; 0 for none. */
  get lastTarget(): number {
    return this.#requests.reduce((last, { target }) => Math.max(last, target), 0);
  }

  /** Whether a caller waits for this packet or an earlier one. */
  isDue(sequence: number): boolean {
    return this.#requests.some(({ target }) => target <= sequence);
  }

  /**
   * Gives some of those their picture who wait for this packet or an earlier one; the others stay due.
   * @param frame the newest; undefined: there is none
   */
  async settle(sequence: number, frame: LiveFrame | undefined): Promise<void> {
    const due = this.#takeDue(sequence, frame === undefined ? Number.POSITIVE_INFINITY : FORMATS_AT_A_TIME);
    for (const { format, resolve, reject } of due) {
      if (frame === undefined) reject(noFrameYet());
      else await frame.picture(format).then(resolve, reject);
    }
  }

  /** No request gets a picture. */
  rejectAll(): void {
    for (const { reject } of this.#requests) reject(noFrameYet());
    this.#requests = [];
  }

  #takeDue(sequence: number, maxFormats: number): SnapshotRequest[] {
    const formats = new Set<string>();
    const due: SnapshotRequest[] = [];
    const left: SnapshotRequest[] = [];
    for (const request of this.#requests) {
      const key = formatKey(request.format);
      const isTaken = request.target <= sequence && (formats.has(key) || formats.size < maxFormats);
      if (isTaken) formats.add(key);
      (isTaken ? due : left).push(request);
    }
    this.#requests = left;
    return due;
  }

  #takeBack(request: SnapshotRequest): void {
    const before = this.#requests.length;
    this.#requests = this.#requests.filter((other) => other !== request);
    if (this.#requests.length < before) request.reject(noFrameYet());
  }
}

/** There is nothing to show. */
export function noFrameYet(): AppError {
  return new AppError('no-frame-yet', 'The camera has not delivered a picture yet');
}

function busy(): AppError {
  return new AppError('worker-busy', 'Too many formats of this camera are asked for', { retryAfter: 1 });
}
