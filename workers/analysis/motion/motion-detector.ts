/** Detects motion of one camera, picture by picture. */
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { Background, type BackgroundLimits } from './background.ts';
import { estimateShift, project, type Shift } from './camera-shift.ts';
import { countedPixels } from './ignore-mask.ts';
import type { LumaPicture } from './luma-picture.ts';
import { findRegions, type Region, ZONE_SHARE, zonesWith } from './regions.ts';

/** Result for one picture. */
export interface MotionVerdict {
  /** Moving areas, largest first; empty when nothing moves. */
  regions: Region[];
  /** The whole picture changed: the light, the camera's mode or its direction. */
  isSceneChange: boolean;
}

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
const STILL: MotionVerdict = { regions: [], isSceneChange: false };
const NO_SHIFT: Shift = { x: 0, y: 0 };

/** One camera's detector. */
export class MotionDetector {
  readonly #limits: BackgroundLimits;
  readonly #minArea: number;
  readonly #masks: NonNullable<AnalysisSettings['masks']>;
  #background: Background | undefined;
  #countedShare = 1;
  #lastTimestamp = 0;
  #shiftedSince: number | undefined;

  constructor({
    sensitivity = DEFAULT_SENSITIVITY,
    minArea = DEFAULT_MIN_AREA,
    masks = [],
  }: Partial<AnalysisSettings>) {
    const share = (sensitivity - 1) / 99;
    this.#limits = {
      minDifference: LEAST_SENSITIVE + (MOST_SENSITIVE - LEAST_SENSITIVE) * Math.sqrt(share),
      deviations: DEVIATIONS,
    };
    this.#minArea = minArea;
    this.#masks = masks;
  }

  /** Analyses the next picture; pictures must come in order of time. */
  detect(picture: LumaPicture): MotionVerdict {
    const background = this.#backgroundFor(picture);
    const seconds = picture.timestamp - this.#lastTimestamp;
    this.#lastTimestamp = picture.timestamp;
    if (seconds < 0 || seconds > MAX_GAP_S) background.forget();
    if (background.pictures < WARM_UP) {
      background.learn(picture.pixels);
      return STILL;
    }
    return this.#judge(picture, background, seconds);
  }

  #judge(
    { pixels, width, height, timestamp }: LumaPicture,
    background: Background,
    seconds: number,
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
      return { regions: [], isSceneChange: true };
    }
    // A shaken picture would smear the background.
    if (shift.x === 0 && shift.y === 0) background.adapt(pixels, foreground, seconds);
    if (background.marked < this.#minArea * pixels.length) return STILL;
    return { regions: findRegions(foreground, width, height, this.#minArea), isSceneChange: false };
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
    const counted = countedPixels(this.#masks, width, height);
    this.#countedShare = Math.max(0.01, countOf(counted) / counted.length);
    this.#background = new Background(width, height, counted);
    return this.#background;
  }
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
