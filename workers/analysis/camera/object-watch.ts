/** Persons or faces of one camera: detected in some pictures, tracked, reported live and as events. */

import type { Zone } from '#shared/contract/zone.ts';
import type { DetectedObject, ResultMessage } from '#shared/detections.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import type { DetectorKind, Finding } from '../detectors/detector.ts';
import type { StillPicture } from '../frames/still-pictures.ts';
import { placed } from './object-areas.ts';
import { Observation } from './observation.ts';
import type { PresenceLimits } from './presence.ts';
import { Tracker, type TrackNumbers } from './tracker.ts';

export interface ObjectWatchOptions {
  cameraId: string;
  kind: DetectorKind;
  settings: AnalysisSettings;
  zones: readonly Zone[];
  numbers: TrackNumbers;
  notify: (message: ResultMessage) => void;
  /** Shortest pause between two searches, milliseconds. */
  everyMs: number;
}

const LIMITS: PresenceLimits = { sightings: 2, holdMs: 5000, withinMs: 5000 };
/** Pause between searches for objects that stand still during an event, milliseconds. */
const STANDING_EVERY_MS = 1000;
const SECOND_MS = 1000;

/** One kind of object at one camera. */
export class ObjectWatch {
  readonly #options: ObjectWatchOptions;
  readonly #tracker: Tracker;
  readonly #observation: Observation;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Pictures analysed for motion since the last search. */
  #frames = 0;

  constructor(options: ObjectWatchOptions) {
    const { cameraId, kind, numbers, notify } = options;
    this.#options = options;
    this.#tracker = new Tracker(numbers);
    this.#observation = new Observation({ cameraId, kind, limits: LIMITS, notify });
  }

  get kind(): DetectorKind {
    return this.#options.kind;
  }

  /** Counts another picture of the camera. */
  countFrame(): void {
    this.#frames += 1;
  }

  /** Whether a search is due. @param now monotonic clock, milliseconds */
  isDue(isMoving: boolean, now: number): boolean {
    const pause = now - this.#lookedAt;
    const { everySeconds, everyFrames } = this.#options.settings;
    if (isMoving) return pause >= this.#options.everyMs;
    if (this.#observation.isOpen) return pause >= Math.max(STANDING_EVERY_MS, this.#options.everyMs);
    if (everyFrames !== undefined && this.#frames >= everyFrames) return true;
    return everySeconds !== undefined && pause >= everySeconds * SECOND_MS;
  }

  /** Marks the begin of a search. */
  begin(now: number): void {
    this.#lookedAt = now;
    this.#frames = 0;
  }

  /** Handles the findings of a search. Returns those that count. */
  take(findings: Finding[], picture: StillPicture): DetectedObject[] {
    const { settings, zones } = this.#options;
    const counted = placed(findings, { masks: settings.masks, zones });
    const objects = this.#tracker.follow(counted, picture.timestamp);
    this.#observation.look(objects, Math.round(picture.timestamp * SECOND_MS));
    this.#observation.offerPicture(picture, objects);
    return objects;
  }

  /** Advances time without a search. */
  pass(at: number): void {
    this.#observation.look([], at);
  }

  close(): void {
    this.#observation.close();
  }
}
