/** Gives the pictures of a video that is played again and again times that only go forward. */

/** What a file says of a picture's time, milliseconds. */
export interface FileTimes {
  presentedAtMs: number | undefined;
  decodedAtMs: number | undefined;
  durationMs: number | undefined;
}

/** When a picture is due and what media time it carries, milliseconds from the first picture of the first pass. */
export interface PlayTimes {
  dueMs: number;
  presentedMs: number;
}

/** Where neither the picture nor the file tells. */
const ASSUMED_FPS = 25;
/** A longer pause between two pictures would be taken for a camera that stalled. */
const MAX_PAUSE_MS = 4000;
/** A file of one picture is not opened more often. */
const MIN_PASS_MS = 200;

/** The clock over all passes. */
export class VideoClock {
  #frameMs = 1000 / ASSUMED_FPS;
  /** What is added to the file's times; undefined before the first picture of a pass. */
  #shiftMs: number | undefined;
  #passStartMs = 0;
  #lastDueMs = 0;
  /** When the next picture is due if it follows without a pause. */
  #nextDueMs = 0;
  /** End of everything presented so far. */
  #presentedEndMs = 0;

  /** The file begins again. @param fps as the file announces it */
  startPass(fps: number | undefined): void {
    const isFirst = this.#nextDueMs === 0;
    if (!isFirst) this.#nextDueMs = Math.max(this.#nextDueMs, this.#passStartMs + MIN_PASS_MS);
    this.#passStartMs = this.#nextDueMs;
    this.#shiftMs = undefined;
    this.#frameMs = 1000 / (fps ?? ASSUMED_FPS);
  }

  /** Times of the next picture in decoding order. */
  timesOf({ presentedAtMs, decodedAtMs, durationMs }: FileTimes): PlayTimes {
    const fileMs = decodedAtMs ?? presentedAtMs;
    const reorderMs =
      presentedAtMs === undefined || fileMs === undefined ? 0 : Math.max(0, presentedAtMs - fileMs);
    const delayMs = Math.min(reorderMs, MAX_PAUSE_MS);
    const dueMs = fileMs === undefined ? this.#nextDueMs : this.#place(fileMs, delayMs);
    const presentedMs = dueMs + delayMs;
    const frameMs = durationMs ?? this.#frameMs;
    this.#lastDueMs = dueMs;
    this.#nextDueMs = dueMs + Math.min(frameMs, MAX_PAUSE_MS);
    this.#presentedEndMs = Math.max(this.#presentedEndMs, presentedMs + Math.min(frameMs, MAX_PAUSE_MS));
    return { dueMs, presentedMs };
  }

  #place(fileMs: number, delayMs: number): number {
    if (this.#shiftMs === undefined) {
      this.#shiftMs = Math.max(this.#nextDueMs, this.#presentedEndMs - delayMs) - fileMs;
    }
    const dueMs = fileMs + this.#shiftMs;
    const isJump = dueMs < this.#lastDueMs || dueMs > this.#nextDueMs + MAX_PAUSE_MS;
    if (!isJump) return dueMs;
    // Where the file's clock jumps, the picture follows the one before it.
    this.#shiftMs = this.#nextDueMs - fileMs;
    return this.#nextDueMs;
  }
}
