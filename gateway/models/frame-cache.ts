/** Keeps the pictures of questions for ten minutes, so that clients can show an answer with its picture. */
import { randomBytes } from 'node:crypto';
import type { CameraFrame } from './frame-source.ts';

/** A kept picture. */
export interface KeptFrame {
  cameraId: string;
  frame: CameraFrame;
}

export interface FrameCacheOptions {
  maxBytes?: number;
  /** Milliseconds. */
  keepMs?: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

const MAX_BYTES = 32 * 1024 * 1024;
const KEEP_MS = 10 * 60_000;
const ID_BYTES = 16;

/** Pictures by unguessable id; evicts the oldest first. */
export class FrameCache {
  readonly #maxBytes: number;
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #kept = new Map<string, KeptFrame & { until: number }>();
  readonly #ids = new Map<string, string>();
  #bytes = 0;

  constructor({
    maxBytes = MAX_BYTES,
    keepMs = KEEP_MS,
    now = () => performance.now(),
  }: FrameCacheOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#keepMs = keepMs;
    this.#now = now;
  }

  /** Keeps a picture. @returns its id, the same for the same picture */
  add(cameraId: string, frame: CameraFrame): string {
    const key = pictureKey(cameraId, frame);
    const id = this.#ids.get(key) ?? randomBytes(ID_BYTES).toString('base64url');
    this.#drop(id);
    this.#kept.set(id, { cameraId, frame, until: this.#now() + this.#keepMs });
    this.#ids.set(key, id);
    this.#bytes += frame.jpeg.length;
    this.#tidy();
    return id;
  }

  find(id: string): KeptFrame | undefined {
    this.#tidy();
    return this.#kept.get(id);
  }

  #tidy(): void {
    for (const [id, { until }] of this.#kept) {
      if (until > this.#now() && this.#bytes <= this.#maxBytes) return;
      this.#drop(id);
    }
  }

  #drop(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#ids.delete(pictureKey(kept.cameraId, kept.frame));
    this.#bytes -= kept.frame.jpeg.length;
  }
}

/** The timestamp is part of it: sequence numbers restart with every worker process. */
export function pictureKey(cameraId: string, { sequence, timestamp, width }: CameraFrame): string {
  return `${cameraId} ${sequence} ${timestamp} ${width}`;
}
