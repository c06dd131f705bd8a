/**
 * Cuts the samples of one camera into segments and parts for low-latency HLS
 * (draft-pantos-hls-rfc8216bis), and keeps as many as players may still ask for.
 */
import { buildFragment, type Sample, type SoundSample } from '#shared/media/mp4/fragment.ts';
import { TIMESCALE } from '#shared/media/mp4/init-segment.ts';

/** A piece of a segment that players can have before the segment is whole. */
export interface Part {
  /** One `moof` and `mdat`. */
  data: Buffer;
  /** Seconds. */
  duration: number;
  /** Begins with a keyframe. */
  isIndependent: boolean;
}

/** A segment, whole or in the making. */
export interface Segment {
  /** Media sequence number. */
  sequence: number;
  /** Name of its initialisation segment. */
  init: string;
  /** Discontinuity sequence number: differs from that of the segment before where a session with the camera begins. */
  discontinuity: number;
  /** Capture time of its first picture, Unix milliseconds. */
  capturedAt: number;
  parts: Part[];
  /** Seconds so far. */
  duration: number;
  /** Of its parts so far. */
  bytes: number;
  /** Number of its pictures so far. */
  pictures: number;
  isWhole: boolean;
}

/** Parts are at most this long unless one picture lasts longer, seconds. */
export const PART_TARGET_S = 0.22;
/** What a segment may last beyond the target duration, to which it then still rounds, seconds. */
const ROUNDED_S = 0.4;
/** A keyframe sooner than this begins a part, not a segment. */
const MIN_SEGMENT_S = 1;
/** A playlist holds so many target durations or more (section 6.2.2). */
const LISTED_TARGETS = 3;
/** Segments that left the playlist stay for players that read an older one (section 6.2.2). */
const KEPT_TARGETS = 2 * LISTED_TARGETS;
/**
 * Bounds for streams whose times, keyframes or parameter sets are not as those of a camera: without them
 * media time alone would decide what is kept.
 */
const LIMITS = {
  /** Of everything kept. */
  bytes: 24 * 1024 * 1024,
  segments: 64,
  /** Of a segment: it ends with the next sample. */
  segmentBytes: 8 * 1024 * 1024,
  parts: 128,
  /** Of a part: it ends with the next sample. */
  samples: 256,
  sounds: 1024,
} as const;

/** How a stream is cut. */
export interface SegmenterOptions {
  /** Number of the first segment. */
  firstSequence: number;
  /** Discontinuity sequence number of the first segment. */
  firstDiscontinuity: number;
  /** Seconds; no segment lasts longer unless one picture does: where keyframes are further apart it is cut between. */
  targetDuration: number;
  /** Called whenever there is something new to list. */
  onPart: () => void;
}

/** Segments and parts of one camera. */
export class Segmenter {
  readonly targetDuration: number;
  readonly #onPart: () => void;
  readonly #segments: Segment[] = [];
  #nextSequence: number;
  #fragments = 0;
  #samples: Sample[] = [];
  #samplesTicks = 0;
  /** Sound for the part in the making. */
  #sound: SoundSample[] = [];
  #init = '';
  #isLive = false;
  #discontinuity: number;

  constructor({ firstSequence, firstDiscontinuity, targetDuration, onPart }: SegmenterOptions) {
    this.targetDuration = targetDuration;
    this.#nextSequence = firstSequence;
    this.#discontinuity = firstDiscontinuity;
    this.#onPart = onPart;
  }

  /** Number of the segment that is opened next. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Segments with at least one part that are kept, oldest first. */
  get kept(): readonly Segment[] {
    return this.#segments.filter(({ parts }) => parts.length > 0);
  }

  /** Those that a playlist lists: the newest that fill it. */
  get listed(): readonly Segment[] {
    const { kept } = this;
    let seconds = 0;
    const first = kept.findLastIndex((segment) => {
      seconds += segment.duration;
      return seconds >= LISTED_TARGETS * this.targetDuration;
    });
    return kept.slice(Math.max(0, first));
  }

  /** Begins a new segment with the next sample. @param init name of the initialisation segment */
  begin(init: string): void {
    this.#finishSegment();
    this.#sound = [];
    this.#init = init;
    if (this.#segments.length > 0) this.#discontinuity += 1;
  }

  /** Takes the next frames of sound, which follow those before without a gap. */
  addSound(samples: readonly SoundSample[]): void {
    this.#sound = this.#sound.concat(samples).slice(0, LIMITS.sounds);
  }

  /** Takes the next sample; the first after {@link begin} is a keyframe. */
  add(sample: Sample): void {
    this.#makeRoom(sample);
    this.#samples.push(sample);
    this.#samplesTicks += sample.duration;
    const isPartOpen = this.#samplesTicks + sample.duration <= PART_TARGET_S * TIMESCALE;
    if (isPartOpen && this.#samples.length < LIMITS.samples && this.#sound.length < LIMITS.sounds) return;
    this.#finishPart();
    if (this.#isLive && this.#segments.length === 1) this.#finishSegment();
  }

  /**
   * Marks the samples so far as one burst: the current group of pictures.
   * Players do not begin before a playlist has a whole segment: the first ends here.
   */
  goLive(): void {
    this.#isLive = true;
    this.#finishSegment();
  }

  #makeRoom(sample: Sample): void {
    const current = this.#current;
    const elapsed = (current?.duration ?? 0) + this.#samplesTicks / TIMESCALE;
    const isTooLong = elapsed + sample.duration / TIMESCALE > this.targetDuration + ROUNDED_S;
    const isLongEnough = elapsed >= MIN_SEGMENT_S || current?.parts[0]?.isIndependent === false;
    if (current === undefined || isTooLong || isFull(current) || (sample.keyframe && isLongEnough)) {
      this.#finishSegment();
      this.#openSegment(sample);
    } else if (sample.keyframe) this.#finishPart();
  }

  get #current(): Segment | undefined {
    const last = this.#segments.at(-1);
    return last?.isWhole === false ? last : undefined;
  }

  #openSegment({ capturedAt }: Sample): void {
    this.#segments.push({
      sequence: this.#nextSequence,
      init: this.#init,
      discontinuity: this.#discontinuity,
      capturedAt,
      parts: [],
      duration: 0,
      bytes: 0,
      pictures: 0,
      isWhole: false,
    });
    this.#nextSequence += 1;
    this.#dropOld();
  }

  #finishPart(): void {
    const current = this.#current;
    if (current === undefined || this.#samples.length === 0) return;
    this.#fragments += 1;
    const duration = this.#samplesTicks / TIMESCALE;
    const isIndependent = this.#samples[0]?.keyframe === true;
    const data = buildFragment(this.#fragments, this.#samples, this.#sound);
    current.parts.push({ data, duration, isIndependent });
    current.duration += duration;
    current.bytes += data.length;
    current.pictures += this.#samples.length;
    this.#samples = [];
    this.#sound = [];
    this.#samplesTicks = 0;
    this.#onPart();
  }

  #finishSegment(): void {
    this.#finishPart();
    const current = this.#current;
    if (current === undefined) return;
    current.isWhole = true;
    this.#onPart();
  }

  #dropOld(): void {
    let bytes = 0;
    let seconds = 0;
    const oldest = this.#segments.findLastIndex((segment) => {
      bytes += segment.bytes;
      seconds += segment.duration;
      return seconds > KEPT_TARGETS * this.targetDuration || bytes > LIMITS.bytes;
    });
    // The one that exceeds the time stays, since the playlist may still list it; the one that exceeds the bytes goes.
    this.#segments.splice(0, bytes > LIMITS.bytes ? oldest + 1 : Math.max(0, oldest));
    this.#segments.splice(0, Math.max(0, this.#segments.length - LIMITS.segments));
  }
}

function isFull({ parts, bytes }: Segment): boolean {
  return parts.length >= LIMITS.parts || bytes >= LIMITS.segmentBytes;
}
