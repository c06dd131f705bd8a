/** Boxes of detections where their objects are by now, computed from how they moved. */
import type { DetectedObject, Detections } from '#shared/client/frame.ts';

/** x, y, width, height from 0 to 1. */
export type Box = DetectedObject['box'];

/** A box to draw. */
export interface ShownBox {
  key: string;
  label: string;
  score: number;
  box: Box;
  /** 1 for a new one, falling to 0. */
  opacity: number;
}

interface Track {
  object: DetectedObject;
  /** Capture time, seconds. */
  at: number;
  /** Of the box's corner, widths and heights of the picture a second. */
  speed: [number, number];
}

/** Boxes fade from here to there, seconds after the capture of their picture. */
const FADE_FROM_S = 0.9;
const FADE_TO_S = 1.8;
/** A longer prediction would be a guess. */
const PREDICT_S = 0.7;
/** New speeds count for this share. */
const SMOOTHING = 0.6;
/** A motion box is left out when this share of a person's box is inside it. */
const SAME_SHARE = 0.6;

/** The boxes of one camera. */
export class TrackedBoxes {
  #tracks = new Map<string, Track>();

  /** Takes newer detections in place of those before. */
  take({ timestamp, objects }: Detections): void {
    const before = this.#tracks;
    this.#tracks = new Map(
      objects.map((object) => {
        const key = `${object.label}/${object.trackId}`;
        return [key, { object, at: timestamp, speed: speedOf(before.get(key), object, timestamp) }];
      }),
    );
  }

  clear(): void {
    this.#tracks.clear();
  }

  /** Boxes for the picture of a time, motion below the others. @param at Unix seconds */
  at(at: number): ShownBox[] {
    const shown = [...this.#tracks].flatMap(([key, track]) => {
      const opacity = Math.min(1, 1 - (at - track.at - FADE_FROM_S) / (FADE_TO_S - FADE_FROM_S));
      if (opacity <= 0) return [];
      const { label, score } = track.object;
      return [{ key, label, score, box: boxAt(track, at), opacity }];
    });
    const others = shown.filter(({ label }) => label !== 'motion');
    const motion = shown.filter(
      ({ label, box }) =>
        label === 'motion' && !others.some((other) => shareInside(other.box, box) > SAME_SHARE),
    );
    return [...motion, ...others];
  }
}

function speedOf(before: Track | undefined, { box }: DetectedObject, at: number): [number, number] {
  const seconds = before === undefined ? 0 : at - before.at;
  if (before === undefined || seconds <= 0 || seconds > FADE_TO_S) return [0, 0];
  const along = (axis: 0 | 1): number => {
    const now = (centreOf(box)[axis] - centreOf(before.object.box)[axis]) / seconds;
    return SMOOTHING * now + (1 - SMOOTHING) * before.speed[axis];
  };
  return [along(0), along(1)];
}

function centreOf([x, y, width, height]: Box): [number, number] {
  return [x + width / 2, y + height / 2];
}

function boxAt({ object: { box }, at, speed }: Track, time: number): Box {
  const seconds = Math.min(PREDICT_S, Math.max(0, time - at));
  const [x, y, width, height] = box;
  return [x + speed[0] * seconds, y + speed[1] * seconds, width, height];
}

/** Share of the first box that is inside the second. */
function shareInside([x, y, width, height]: Box, [left, top, across, down]: Box): number {
  const overlap = (from: number, length: number, start: number, size: number): number =>
    Math.max(0, Math.min(from + length, start + size) - Math.max(from, start));
  return (overlap(x, width, left, across) * overlap(y, height, top, down)) / Math.max(1e-9, width * height);
}
