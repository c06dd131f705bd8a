/** Detects motion of one camera, picture by picture. */
import type { Zone } from '#shared/contract/zone.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { Background, type BackgroundLimits } from './background.ts';
import { estimateShift, project, type Shift } from './camera-shift.ts';
import type { LumaPicture } from './luma-picture.ts';
import { pixelsOf } from './pixel-areas.ts';
import { findRegions, type Region, ZONE_SHARE, zonesWith } from './regions.ts';
import { ZoneAreas } from './zone-areas.ts';

/** A moving area and the names of its zones. */
export interface MovingRegion extends Region {
  zones: string[];
}

/** Result for one picture. */
export interface MotionVerdict {
  /** Moving areas, largest first; empty when nothing moves. */
  regions: MovingRegion[];
  /** The whole picture changed: the light, the camera's mode or its direction. */
  isSceneChange: boolean;
  /** The background is still being learnt: nothing is reported. */
  isLearning: boolean;
  /** How much changed, where that was asked for: below the smallest area too. */
  level?: MotionLevel;
}

/** Largest connected change, as a share of the picture. */
export interface MotionLevel {
  area: number;
  /** Of it in each zone, in their order. */
  zones: number[];
}

/** What a detector needs to know of a camera. */
export type MotionSettings = Partial<AnalysisSettings> & { zones?: readonly Zone[] };

const DEFAULT_SENSITIVITY = 50;
/** Default for the smallest moving area, as a share of the picture. */
export const DEFAULT_MIN_AREA = 0.003;
/** Grey levels at sensitivity 1 and 100. */
const LEAST_SENSITIVE = 40;
const MOST_SENSITIVE = 6;
const DEVIATIONS = 4;
/** Pictures to learn before motion is reported. */
const WARM_UP = 5;
/** Below this share of foreground the camera has not moved: no search for a shift. */
const SHIFT_SHARE = 0.0005;
/** Foreground above this share of the counted picture is a change of scene. */
const SCENE_CHANGE_SHARE = 0.4;
/** Or less of it, spread over this share of the picture's zones. */
const SCENE_CHANGE_ZONES = 0.6;
/** Less than this cannot spread over so many zones. */
const SCENE_CHANGE_LEAST = SCENE_CHANGE_ZONES * ZONE_SHARE;
/** So is a change of the overall light faster than this factor per picture. */
const LIGHT_JUMP = 1.25;
/** A camera that stays shifted this long was turned, seconds. */
const TURNED_AFTER_S = 3;
/** Pictures further apart than this cannot be compared, seconds. */
const MAX_GAP_S = 30;
const STILL: MotionVerdict = { regions: [], isSceneChange: false, isLearning: false };
const NO_SHIFT: Shift = { x: 0, y: 0 };

/** One camera's detector. */
export class MotionDetector {
  readonly #limits: BackgroundLimits;
  readonly #minArea: number;
  readonly #settings: MotionSettings;
  #background: Background | undefined;
  #zones: ZoneAreas | undefined;
  /** 1 for each pixel in a motion area; undefined: everywhere. */
  #areas: Uint8Array | undefined;
  #countedShare = 1;
  #lastTimestamp = 0;
  #shiftedSince: number | undefined;

  constructor(settings: MotionSettings) {
    const { sensitivity = DEFAULT_SENSITIVITY, minArea = DEFAULT_MIN_AREA } = settings;
    const share = (sensitivity - 1) / 99;
    this.#limits = {
      minDifference: LEAST_SENSITIVE + (MOST_SENSITIVE - LEAST_SENSITIVE) * Math.sqrt(share),
      deviations: DEVIATIONS,
    };
    this.#minArea = minArea;
    this.#settings = settings;
  }

  /** Least area that counts, by zone in their order, as shares of the picture. */
  get leastAreas(): readonly number[] {
    return this.#zones?.leastAreas ?? [];
  }

  /** Analyses the next picture; pictures must come in order of time. @param isMetered whether to tell the level */
  detect(picture: LumaPicture, isMetered = false): MotionVerdict {
    const background = this.#backgroundFor(picture);
    const seconds = picture.timestamp - this.#lastTimestamp;
    this.#lastTimestamp = picture.timestamp;
    if (seconds < 0 || seconds > MAX_GAP_S) background.forget();
    if (background.pictures < WARM_UP) {
      background.learn(picture.pixels);
      return { ...STILL, isLearning: true };
    }
    return this.#judge(picture, background, seconds, isMetered);
  }

  #judge(
    { pixels, width, height, timestamp }: LumaPicture,
    background: Background,
    seconds: number,
    isMetered: boolean,
  ): MotionVerdict {
    const gain = background.lightChange(pixels);
    let foreground = background.compare(pixels, NO_SHIFT, gain, this.#limits);
    const shift = background.marked > SHIFT_SHARE * pixels.length ? shiftOf(background, pixels) : NO_SHIFT;
    if (shift.x !== 0 || shift.y !== 0) foreground = background.compare(pixels, shift, gain, this.#limits);
    const isLightJump = gain > LIGHT_JUMP || gain < 1 / LIGHT_JUMP;
    if (isLightJump || this.#isEverywhere(foreground, background) || this.#isTurned(shift, timestamp)) {
      this.#shiftedSince = undefined;
      background.forget();
      background.learn(pixels);
      return { ...STILL, isSceneChange: true };
    }
    // A shaken picture would smear the background.
    if (shift.x === 0 && shift.y === 0) background.adapt(pixels, foreground, seconds);
    if (background.marked < this.#minArea * pixels.length && !isMetered) return STILL;
    // Only now: whether the scene changed is seen by all of the picture.
    if (this.#areas !== undefined) clearOutside(this.#areas, foreground);
    const zones = this.#zones as ZoneAreas;
    const found = findRegions(foreground, width, height, isMetered ? 0 : this.#minArea);
    const regions = found
      .filter(({ area }) => area >= this.#minArea)
      .map((region) => ({ ...region, zones: zones.namesOf(region, foreground) }));
    return { ...STILL, regions, ...(isMetered ? { level: levelOf(found, foreground, zones) } : {}) };
  }

  #isEverywhere(foreground: Uint8Array, { marked, width }: Background): boolean {
    const share = marked / (foreground.length * this.#countedShare);
    if (marked < SCENE_CHANGE_LEAST * foreground.length) return false;
    return share > SCENE_CHANGE_SHARE || zonesWith(foreground, width) > SCENE_CHANGE_ZONES;
  }

  #isTurned(shift: Shift, timestamp: number): boolean {
    const isShifted = shift.x !== 0 || shift.y !== 0;
    this.#shiftedSince = isShifted ? (this.#shiftedSince ?? timestamp) : undefined;
    return this.#shiftedSince !== undefined && timestamp - this.#shiftedSince > TURNED_AFTER_S;
  }

  #backgroundFor({ width, height }: LumaPicture): Background {
    const known = this.#background;
    if (known?.width === width && known.height === height) return known;
    const { masks = [], motionAreas = [], zones = [] } = this.#settings;
    const counted = pixelsOf(masks, 0, width, height);
    this.#areas = motionAreas.length === 0 ? undefined : pixelsOf(motionAreas, 1, width, height);
    this.#zones = new ZoneAreas(zones, width, height, this.#minArea);
    this.#countedShare = Math.max(0.01, countOf(counted) / counted.length);
    this.#background = new Background(width, height, counted);
    return this.#background;
  }
}

function clearOutside(areas: Uint8Array, foreground: Uint8Array): void {
  for (let at = 0; at < foreground.length; at += 1) if (areas[at] === 0) foreground[at] = 0;
}

function levelOf(found: readonly Region[], foreground: Uint8Array, zones: ZoneAreas): MotionLevel {
  const byRegion = found.map((region) => zones.areasOf(region, foreground));
  return {
    area: found[0]?.area ?? 0,
    zones: zones.leastAreas.map((_, index) => Math.max(0, ...byRegion.map((areas) => areas[index] ?? 0))),
  };
}

function shiftOf({ mean, width, height }: Background, pixels: Uint8Array): Shift {
  return estimateShift(project(mean, width, height), project(pixels, width, height));
}

function countOf(flags: Uint8Array): number {
  let count = 0;
  // An iterator would take five times as long.
  for (let at = 0; at < flags.length; at += 1) count += flags[at] as number;
  return count;
}
