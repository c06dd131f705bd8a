/** Those who wait for a picture until a certain packet is decoded. */
import { AppError } from '#shared/errors.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { LiveFrame } from './live-frame.ts';
import type { Picture } from './picture.ts';

interface SnapshotRequest {
  /** Sequence number of the packet. */
  target: number;
  format: PictureFormat;
  resolve(picture: Picture): void;
  reject(error: Error): void;
}

/** Requests for snapshots of one camera session. */
export class SnapshotRequests {
  #requests: SnapshotRequest[] = [];

  /** Puts one in line. @param target sequence number of the packet to decode @throws AppError `no-frame-yet` when it shows nothing */
  add(target: number, format: PictureFormat): Promise<Picture> {
    return new Promise((resolve, reject) => {
      this.#requests.push({ target, format, resolve, reject });
    });
  }

  /** The farthest packet that somebody waits for; 0 for none. */
  get lastTarget(): number {
    return Math.max(0, ...this.#requests.map(({ target }) => target));
  }

  /** Whether somebody waits for this packet or an earlier one. */
  isDue(sequence: number): boolean {
    return this.#requests.some(({ target }) => target <= sequence);
  }

  /** Gives those their picture who wait for this packet or an earlier one. @param frame the newest; undefined: there is none */
  async settle(sequence: number, frame: LiveFrame | undefined): Promise<void> {
    const due = this.#requests.filter(({ target }) => target <= sequence);
    if (due.length === 0) return;
    this.#requests = this.#requests.filter(({ target }) => target > sequence);
    for (const { format, resolve, reject } of due) {
      if (frame === undefined) reject(noFrameYet());
      else await frame.picture(format).then(resolve, reject);
    }
  }

  /** Nobody gets anything. */
  rejectAll(): void {
    for (const { reject } of this.#requests) reject(noFrameYet());
    this.#requests = [];
  }
}

/** There is nothing to show. */
export function noFrameYet(): AppError {
  return new AppError('no-frame-yet', 'The camera has not delivered a picture yet');
}
