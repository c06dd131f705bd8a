/** Motion of one camera: tracked areas, reported live and as events. */
import type { Zone } from '#shared/contract/zone.ts';
import type { DetectedObject, MotionLevelMessage, ResultMessage } from '#shared/detections.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { StillPicture } from '../frames/still-pictures.ts';
import type { LumaPicture } from '../motion/luma-picture.ts';
import {
  DEFAULT_MIN_AREA,
  MotionDetector,
  type MotionVerdict,
  type MovingRegion,
} from '../motion/motion-detector.ts';
import { type PlacedFinding, withZones } from './object-areas.ts';
import { Observation } from './observation.ts';
import type { PresenceLimits } from './presence.ts';
import { Tracker, type TrackNumbers } from './tracker.ts';

export interface MotionWatchOptions {
  cameraId: string;
  settings: AnalysisSettings;
  zones: readonly Zone[];
  numbers: TrackNumbers;
  notify: (message: ResultMessage) => void;
  /** The camera's newest picture. */
  fetch: () => Promise<StillPicture>;
  log: Logger;
}

const LIMITS: PresenceLimits = { sightings: 2, holdMs: 3000, withinMs: 1500 };
/** Interval of motion messages while it moves, milliseconds. */
const TELL_EVERY_MS = 1000;
/** Pictures of an event are fetched at most this often, milliseconds. */
const PICTURE_EVERY_MS = 1000;
/** Most regions in one message, largest first. */
const MAX_REGIONS = 20;

/** Motion of one camera. Times are Unix milliseconds of capture. */
export class MotionWatch {
  readonly #options: MotionWatchOptions;
  readonly #detector: MotionDetector;
  readonly #tracker: Tracker;
  readonly #observation: Observation;
  readonly #minArea: number;
  /** Where it moved since the last motion message. */
  readonly #movedZones = new Set<string>();
  /** The newest moving objects. */
  #objects: readonly DetectedObject[] = [];
  /** Whether the level of motion is sent with each picture. */
  isMetered = false;
  #toldAt = 0;
  #fetchedAt = 0;
  #isFetching = false;

  constructor(options: MotionWatchOptions) {
    const { cameraId, settings, zones, numbers, notify } = options;
    this.#options = options;
    this.#detector = new MotionDetector({ ...settings, zones });
    this.#minArea = settings.minArea ?? DEFAULT_MIN_AREA;
    this.#tracker = new Tracker(numbers);
    this.#observation = new Observation({
      cameraId,
      kind: 'motion',
      limits: LIMITS,
      // With only persons or faces requested, motion decides when to search and makes no events.
      notify: settings.motion ? notify : () => {},
    });
  }

  /** Whether something moves or did a moment ago. */
  get isMoving(): boolean {
    return this.#observation.isOpen;
  }

  /** Analyses the next picture. Returns the moving objects. */
  look(picture: LumaPicture): DetectedObject[] {
    const at = Math.round(picture.timestamp * 1000);
    const verdict = this.#detector.detect(picture, this.isMetered);
    const findings = verdict.regions.slice(0, MAX_REGIONS).map((region) => this.#toFinding(region));
    const objects = this.#tracker.follow(findings, picture.timestamp);
    this.#objects = objects;
    this.#observation.look(objects, at);
    if (this.isMetered) this.#notifyLevel(verdict, picture.timestamp);
    for (const { zones = [] } of objects) for (const zone of zones) this.#movedZones.add(zone);
    if (this.isMoving && objects.length > 0) {
      this.#notifyMotion(at);
      this.#fetchPicture(objects, at);
    }
    return objects;
  }

  /** Advances time without a picture. */
  pass(at: number): void {
    this.#observation.look([], at);
  }

  close(): void {
    this.#observation.close();
  }

  /** 0.5 for the smallest area that counts, towards 1 for larger ones. */
  #toFinding({ box, area, zones }: MovingRegion): PlacedFinding {
    return withZones({ label: 'motion', score: area / (area + this.#minArea), box }, zones);
  }

  #notifyLevel({ regions, isSceneChange, isLearning, level }: MotionVerdict, timestamp: number): void {
    const { cameraId, zones, notify } = this.#options;
    const { leastAreas } = this.#detector;
    const state = isLearning
      ? 'learning'
      : isSceneChange
        ? 'scene-change'
        : regions.length > 0
          ? 'moving'
          : 'still';
    notify({
      type: 'motion-level',
      cameraId,
      timestamp,
      state,
      area: level?.area ?? 0,
      minArea: this.#minArea,
      zones: zones.map(({ name }, index) => ({
        name,
        area: level?.zones[index] ?? 0,
        minArea: leastAreas[index] ?? 0,
      })),
    } satisfies MotionLevelMessage);
  }

  #notifyMotion(at: number): void {
    if (at - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = at;
    const zones = [...this.#movedZones];
    this.#movedZones.clear();
    const { cameraId, notify } = this.#options;
    notify({ type: 'motion', cameraId, timestamp: at / 1000, zones });
  }

  #fetchPicture(objects: readonly DetectedObject[], at: number): void {
    const { settings, fetch, log, cameraId } = this.#options;
    const isDue = at - this.#fetchedAt >= PICTURE_EVERY_MS && !this.#isFetching;
    if (!settings.motion || !isDue || !this.#observation.wantsPicture(objects)) return;
    this.#fetchedAt = at;
    this.#isFetching = true;
    void fetch()
      .then(
        // What moves now is nearer to the picture than what made it wanted.
        (picture) => this.#observation.offerPicture(picture, this.#objects),
        (error: unknown) =>
          log.debug({ cameraId, reason: messageOf(error) }, 'no picture of the motion event'),
      )
      .finally(() => {
        this.#isFetching = false;
      });
  }
}
