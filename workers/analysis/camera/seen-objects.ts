/** All that is seen of one camera now, whoever saw it, as one message each time it changes. */
import type { DetectedObject, DetectionsMessage } from '#shared/detections.ts';

/** What a detector found is shown this long after its last look, milliseconds. */
const SHOWN_MS = 1500;

/** The newest objects of each kind. */
export class SeenObjects {
  readonly #cameraId: string;
  readonly #groups = new Map<string, { objects: readonly DetectedObject[]; at: number }>();
  #wasEmpty = true;

  constructor(cameraId: string) {
    this.#cameraId = cameraId;
  }

  /** Takes what one kind of look found. @param at Unix milliseconds @returns what to tell, if anything */
  put(kind: string, objects: readonly DetectedObject[], at: number): DetectionsMessage | undefined {
    this.#groups.set(kind, { objects, at });
    const all = [...this.#groups.values()].filter((group) => at - group.at <= SHOWN_MS);
    const shown = all.flatMap((group) => group.objects);
    // One empty list clears what clients have drawn; more would be chatter.
    if (shown.length === 0 && this.#wasEmpty) return undefined;
    this.#wasEmpty = shown.length === 0;
    return { type: 'detections', cameraId: this.#cameraId, timestamp: at / 1000, objects: shown };
  }
}
