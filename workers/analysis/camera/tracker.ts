/** Tracks objects from picture to picture, so that each keeps its id. */
import type { DetectedObject } from '#shared/detections.ts';
import type { Box } from '../detectors/detector.ts';
import type { PlacedFinding } from './object-areas.ts';
import { nearness, overlap } from './overlap.ts';

interface Track {
  id: number;
  label: string;
  box: Box;
  seenAt: number;
}

/** Below this overlap two boxes are one object only if their centres are near. */
const MIN_OVERLAP = 0.2;
const MIN_NEARNESS = 0.35;
/** An object without a sighting for this long is gone, seconds. */
const FORGET_S = 2;

/** Ids of one worker, so that no two objects of a camera ever share one. */
export class TrackNumbers {
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/** Objects of one kind at one camera. */
export class Tracker {
  readonly #numbers: TrackNumbers;
  #tracks: Track[] = [];

  constructor(numbers: TrackNumbers) {
    this.#numbers = numbers;
  }

  /** Assigns each finding the id of its most likely object. @param timestamp seconds, monotonic */
  follow(findings: readonly PlacedFinding[], timestamp: number): DetectedObject[] {
    this.#tracks = this.#tracks.filter(({ seenAt }) => timestamp - seenAt <= FORGET_S);
    const free = new Set(this.#tracks);
    return [...findings]
      .sort((a, b) => b.score - a.score)
      .map((finding) => {
        const track = this.#match(finding, free) ?? this.#begin(finding);
        free.delete(track);
        track.box = finding.box;
        track.seenAt = timestamp;
        return { ...finding, trackId: track.id };
      });
  }

  #match({ label, box }: PlacedFinding, free: Set<Track>): Track | undefined {
    let best: { track: Track; likeness: number } | undefined;
    for (const track of free) {
      if (track.label !== label) continue;
      const likeness = likenessOf(track.box, box);
      if (likeness > (best?.likeness ?? 0)) best = { track, likeness };
    }
    return best?.track;
  }

  #begin({ label, box }: PlacedFinding): Track {
    const track = { id: this.#numbers.next(), label, box, seenAt: 0 };
    this.#tracks.push(track);
    return track;
  }
}

/** Overlap outweighs nearness, which is for small fast objects. */
function likenessOf(a: Box, b: Box): number {
  const shared = overlap(a, b);
  if (shared >= MIN_OVERLAP) return 1 + shared;
  const near = nearness(a, b);
  return near >= MIN_NEARNESS ? near : 0;
}
