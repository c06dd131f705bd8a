/** All objects of one camera, of all kinds, as one message per change. */
import type { DetectedObject, DetectionsMessage } from '#shared/detections.ts';

/** Findings are shown this long after their search, milliseconds. */
const SHOWN_MS = 1500;

/** The newest objects of each kind. */
export class SeenObjects {
  readonly #cameraId: string;
  readonly #groups = new Map<string, { objects: readonly DetectedObject[]; at: number }>();
  #wasEmpty = true;

  constructor(cameraId: string) {
    this.#cameraId = cameraId;
  }

  /** Replaces the objects of one kind. Returns the message to send, if any. @param at Unix milliseconds */
  put(kind: string, objects: readonly DetectedObject[], at: number): DetectionsMessage | undefined {
    this.#groups.set(kind, { objects, at });
    const all = [...this.#groups.values()].filter((group) => at - group.at <= SHOWN_MS);
    const shown = all.flatMap((group) => group.objects);
    // One empty list clears what clients have drawn; further ones are not sent.
    if (shown.length === 0 && this.#wasEmpty) return undefined;
    this.#wasEmpty = shown.length === 0;
    return { type: 'detections', cameraId: this.#cameraId, timestamp: at / 1000, objects: shown };
  }
}
