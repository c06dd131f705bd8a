/**
 * Gives a camera's sound its place beside the pictures. Players play no further than both tracks reach, and so the
 * track of sound has no gaps and keeps up with the pictures in every case: where nothing is heard it is
 * silence. Pictures never wait.
 *
 * Frames follow each other without a gap; where they belong is told by when they arrive beside the pictures, as
 * the two clocks of a camera have nothing in common. Arrivals jitter: what counts is the latest of some seconds.
 */
import type { Sample, SoundSample } from '#shared/media/mp4/fragment.ts';
import { TIMESCALE } from '#shared/media/mp4/init-segment.ts';
import type { SoundFormat } from '#shared/media/mp4/sound-format.ts';

/** Times of a picture. */
export type PictureTimes = Pick<Sample, 'decodeTime' | 'duration' | 'compositionOffset'>;

/** Sound may come this much after its pictures before silence takes its place, seconds. */
const MAX_LATE_S = 0.4;
/** A camera that was silent for this long may stay so: pictures no longer leave it time. */
const HEARD_S = 1;
/** Sound that runs this far ahead is dropped immediately until it no longer does, seconds. */
const MAX_AHEAD_S = 1;
/** No camera that is well lets a picture stand for longer, seconds. */
const MAX_PAUSE_S = 10;
/**
 * Silence is written for twice the time that passes, and this much more for the pictures that are there at first,
 * seconds: a picture that "lasts" for days leaves a gap instead.
 */
const SILENCE_BURST_S = 60;
const SILENCE_RATE = 2;
/** Between its place and where it is, over this long: less is not noticed (ITU-R BT.1359), seconds. */
const SLACK_S = 0.1;
const WINDOW_S = 2;

/** The timeline of one camera's sound, over all its sessions. */
export class SoundTimeline {
  readonly #now: () => number;
  #format: SoundFormat;
  /** End of everything placed, units of the format's timescale; undefined before the first picture. */
  #end: number | undefined;
  /** Where the newest picture is shown, in the same units. */
  #shownAt = 0;
  /** When it came. */
  #pictureAt = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  /** The least that sound was ahead of its place in this window, and the window's length so far. */
  #leastAhead = Number.POSITIVE_INFINITY;
  #windowTicks = 0;
  /** How much is left out of what comes next. */
  #surplus = 0;
  /** How much silence may be written now, and since when it grows, seconds and milliseconds. */
  #silenceLeft = SILENCE_BURST_S;
  #silenceAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(format: SoundFormat, now: () => number = () => performance.now()) {
    this.#format = format;
    this.#now = now;
    this.#silenceAt = now();
  }

  get format(): SoundFormat {
    return this.#format;
  }

  /** Goes on with sound of another format. */
  change(format: SoundFormat): void {
    const scale = format.timescale / this.#format.timescale;
    if (this.#end !== undefined) this.#end = Math.round(this.#end * scale);
    this.#shownAt *= scale;
    this.#format = format;
    this.#beginWindow();
    this.#surplus = 0;
  }

  /** Follows a picture. @returns silence, where sound is missing up to it */
  follow({ decodeTime, duration, compositionOffset }: PictureTimes): SoundSample[] {
    const now = this.#now();
    this.#shownAt = this.#ticks((decodeTime + compositionOffset) / TIMESCALE);
    this.#pictureAt = now;
    this.#end ??= Math.round(this.#ticks(decodeTime / TIMESCALE));
    const isHeard = now - this.#heardAt < HEARD_S * 1000;
    const until = isHeard ? -this.#ticks(MAX_LATE_S) : this.#ticks(duration / TIMESCALE);
    return this.#silence(this.#shownAt + until);
  }

  /** Places a frame that arrives now. @returns it, perhaps after silence; nothing before the first picture */
  add(data: Buffer): SoundSample[] {
    const duration = this.#format.durationOf(data);
    if (duration === 0 || this.#end === undefined) return [];
    const now = this.#now();
    this.#heardAt = now;
    const place = this.#shownAt + this.#ticks(Math.min(MAX_PAUSE_S, (now - this.#pictureAt) / 1000));
    const ahead = this.#end - place;
    if (ahead > this.#ticks(MAX_AHEAD_S)) this.#surplus = ahead;
    const filled =
      ahead < -this.#ticks(MAX_LATE_S) ? this.#silence(place) : [...this.#keepPace(ahead, duration)];
    if (this.#surplus >= duration) {
      this.#surplus -= duration;
      return filled;
    }
    return [...filled, this.#append(data, duration)];
  }

  /** Corrects, after each window, what even the latest of its frames was away from its place. */
  #keepPace(ahead: number, duration: number): SoundSample[] {
    this.#leastAhead = Math.min(this.#leastAhead, ahead);
    this.#windowTicks += duration;
    if (this.#windowTicks < this.#ticks(WINDOW_S)) return [];
    const least = this.#leastAhead;
    this.#beginWindow();
    const slack = this.#ticks(SLACK_S);
    this.#surplus = least > slack ? least : 0;
    return least < -slack ? this.#silence((this.#end as number) - least) : [];
  }

  #beginWindow(): void {
    this.#leastAhead = Number.POSITIVE_INFINITY;
    this.#windowTicks = 0;
  }

  #silence(until: number): SoundSample[] {
    const { silence, durationOf } = this.#format;
    const from = this.#end as number;
    const duration = durationOf(silence);
    const wanted = Math.max(0, Math.ceil((until - from) / duration));
    const count = Math.min(wanted, this.#takeSilence(wanted * duration) / duration);
    const samples: SoundSample[] = [];
    while (samples.length < Math.floor(count)) samples.push(this.#append(silence, duration));
    if (count < wanted) this.#end = from + wanted * duration;
    return samples;
  }

  /** @returns how much of it may be written, in units of the timescale */
  #takeSilence(ticks: number): number {
    const now = this.#now();
    const grown = this.#silenceLeft + (SILENCE_RATE * (now - this.#silenceAt)) / 1000;
    this.#silenceAt = now;
    const granted = Math.min(ticks, this.#ticks(Math.min(SILENCE_BURST_S, grown)));
    this.#silenceLeft = Math.min(SILENCE_BURST_S, grown) - granted / this.#format.timescale;
    return granted;
  }

  #append(data: Buffer, duration: number): SoundSample {
    const decodeTime = this.#end as number;
    this.#end = decodeTime + duration;
    return { data, decodeTime, duration };
  }

  #ticks(seconds: number): number {
    return seconds * this.#format.timescale;
  }
}
