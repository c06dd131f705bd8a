/**
 * The one clock of a camera's pictures. Their arrival here is the measure; RTP times only smooth it.
 *
 * An RTP interval is believed when it is like the usual interval of arrival. All others (a clock that
 * stands still, counts in another unit, or was set anew) are replaced by the usual interval. Media time
 * stays within a short distance of arrival, so that no camera's clock can freeze or rush anything here.
 * Networks only delay: of the last seconds the least delayed picture tells when each was due.
 */

/** An interval of RTP between these multiples of the usual interval of arrival is believed. */
const LEAST_SHARE = 1 / 4;
const MOST_SHARE = 6;
/** Until the usual interval is known, what lies between these is believed: 1 to 250 pictures a second. */
const MIN_STEP_MS = 4;
const MAX_STEP_MS = 1000;
/** A longer one only where the wait was like it, or none: in a burst waits are short, and few. */
const MAX_BURST_STEP_MS = 200;
/** With B-frames the time steps back by some pictures, and no further than this in a row, milliseconds. */
const MAX_REORDER_MS = 500;
const MAX_REORDER_INTERVALS = 8;
/** How far media time may be ahead of arrival and behind it, milliseconds, or this many intervals. */
const MAX_AHEAD_MS = 200;
const MAX_BEHIND_MS = 500;
const MAX_APART_INTERVALS = 5;
/** Within this distance the intervals of RTP stay as they are, milliseconds or intervals. */
const QUIET_MS = 100;
const QUIET_INTERVALS = 3;
/** For how long the least delayed picture counts, milliseconds. */
const DUE_WINDOW_MS = 3000;
/** After a wait of this many usual intervals in which the camera's clock did not pause, a backlog follows. */
const STALL_INTERVALS = 3;
const MAX_CATCH_UP_MS = 3000;
/** Share of an interval by which media time is drawn towards arrival. */
const PULL = 0.05;
/** Weight of a new interval of arrival in the usual one. */
const SMOOTHING = 0.1;
/** A longer wait is a gap, no interval, in usual intervals. */
const GAP_INTERVALS = 5;
const MAX_GAPS_IN_ROW = 2;
const MAX_TOGETHER = 3;
/** Until two pictures have come, milliseconds. */
const ASSUMED_INTERVAL_MS = 40;
/** The first intervals count more, so that the usual one is known soon. */
const LEARNING_PICTURES = 10;

/** Gives the pictures of one session times on the clock of their arrival, which all sessions share. */
export class MediaClock {
  #lastRtpMs = 0;
  #lastArrivalMs: number | undefined;
  #usualMs = ASSUMED_INTERVAL_MS;
  #intervals = 0;
  #gapsInRow = 0;
  /** Pictures that came with the newest one. */
  #together = 0;
  /** Pictures that came with the last one before that. */
  #togetherBefore = 0;
  /** How far RTP time has stepped back since it last went forward. */
  #backMs = 0;
  #timeMs = 0;
  /** Sum of all steps, as they were believed or replaced, without what drew them towards arrival. */
  #steppedMs = 0;
  /** The least delays of the window, the least one first. */
  #delays: { delayMs: number; arrivalMs: number }[] = [];
  /** Until then pictures that the network held back may come late. */
  #catchesUpUntilMs = 0;

  /**
   * Media time of the next picture in decoding order, milliseconds; with B-frames it may step back.
   * @param rtpMs its RTP time from any start, not wrapping
   * @param arrivalMs when its first byte came, on a clock that never goes back
   */
  timeOf(rtpMs: number, arrivalMs: number): number {
    const before = this.#lastArrivalMs;
    const rtpStepMs = rtpMs - this.#lastRtpMs;
    this.#lastRtpMs = rtpMs;
    this.#lastArrivalMs = arrivalMs;
    if (before === undefined) {
      this.#timeMs = arrivalMs;
      this.#steppedMs = arrivalMs;
      this.#dueOf(arrivalMs);
    } else this.#advance(rtpStepMs, arrivalMs - before, arrivalMs);
    return this.#timeMs;
  }

  #advance(rtpStepMs: number, waitedMs: number, arrivalMs: number): void {
    this.#hear(waitedMs, arrivalMs);
    this.#backMs = rtpStepMs < 0 ? this.#backMs - rtpStepMs : 0;
    const usualMs = this.#usualMs;
    const isBelieved = this.#isBelievable(rtpStepMs, waitedMs);
    const stepMs = isBelieved ? rtpStepMs : usualMs;
    const timeMs = this.#timeMs + stepMs;
    this.#steppedMs += stepMs;
    // A clock that is not believed tells no delay.
    if (!isBelieved) this.#delays = [];
    const dueMs = this.#dueOf(arrivalMs);
    const behindMs = dueMs - timeMs;
    const quietMs = isBelieved ? Math.max(QUIET_MS, QUIET_INTERVALS * usualMs) : 0;
    const pullMs = Math.abs(behindMs) > quietMs ? clamp(behindMs, PULL * usualMs) : 0;
    const slackMs = MAX_APART_INTERVALS * usualMs;
    const heardMs = this.#isCatchingUp(isBelieved, waitedMs, arrivalMs) ? dueMs : arrivalMs;
    const earliest = heardMs - Math.max(MAX_BEHIND_MS, slackMs);
    const latest = heardMs + Math.max(MAX_AHEAD_MS, slackMs);
    this.#timeMs = Math.min(latest, Math.max(earliest, timeMs + pullMs));
  }

  #isCatchingUp(isBelieved: boolean, waitedMs: number, arrivalMs: number): boolean {
    if (isBelieved && waitedMs > STALL_INTERVALS * this.#usualMs)
      this.#catchesUpUntilMs = arrivalMs + Math.min(waitedMs, MAX_CATCH_UP_MS);
    return arrivalMs <= this.#catchesUpUntilMs;
  }

  /** When the newest picture would have come with the least delay of the window. */
  #dueOf(arrivalMs: number): number {
    const delayMs = arrivalMs - this.#steppedMs;
    const isYoung = (delay: { arrivalMs: number }): boolean => delay.arrivalMs > arrivalMs - DUE_WINDOW_MS;
    this.#delays = this.#delays.filter((delay) => isYoung(delay) && delay.delayMs < delayMs);
    this.#delays.push({ delayMs, arrivalMs });
    return this.#steppedMs + (this.#delays[0]?.delayMs ?? delayMs);
  }

  #isBelievable(rtpStepMs: number, waitedMs: number): boolean {
    const usualMs = this.#usualMs;
    // Both clocks agree on a pause.
    if (rtpStepMs > LEAST_SHARE * usualMs && Math.abs(rtpStepMs - waitedMs) < usualMs) return true;
    const isLearning = this.#intervals < LEARNING_PICTURES;
    if (isLearning && rtpStepMs > MIN_STEP_MS && rtpStepMs < mostBeforeRate(waitedMs)) return true;
    if (rtpStepMs < 0) return this.#backMs < Math.min(MAX_REORDER_MS, MAX_REORDER_INTERVALS * usualMs);
    // While the usual interval is not known, nothing but the above is believed.
    if (isLearning) return false;
    return rtpStepMs > LEAST_SHARE * usualMs && rtpStepMs < MOST_SHARE * usualMs;
  }

  /** Pictures that come together were held back somewhere: they share the next wait, unless it was one burst. */
  #hear(waitedMs: number, arrivalMs: number): void {
    if (waitedMs < MIN_STEP_MS) {
      this.#together += 1;
      return;
    }
    const isUsual = Math.abs(this.#together - this.#togetherBefore) <= 1;
    const isShared = isUsual || this.#together <= MAX_TOGETHER;
    const intervalMs = isShared ? waitedMs / (this.#together + 1) : waitedMs;
    if (arrivalMs > this.#catchesUpUntilMs) this.#learn(intervalMs);
    this.#togetherBefore = this.#together;
    this.#together = 0;
  }

  #learn(waitedMs: number): void {
    const isGap = this.#intervals >= LEARNING_PICTURES && waitedMs > GAP_INTERVALS * this.#usualMs;
    this.#gapsInRow = isGap ? this.#gapsInRow + 1 : 0;
    if (isGap && this.#gapsInRow <= MAX_GAPS_IN_ROW) return;
    // Gaps one after another are the rate: the camera has become slower, or has begun with a burst.
    if (isGap) this.#intervals = 0;
    this.#intervals += 1;
    const weight = Math.max(SMOOTHING, 1 / this.#intervals);
    this.#usualMs += (waitedMs - this.#usualMs) * weight;
  }
}

/** The longest interval that is believed after such a wait, before the usual one is known. */
function mostBeforeRate(waitedMs: number): number {
  // A session may begin with a burst, which says nothing of the rate.
  if (waitedMs < MIN_STEP_MS) return MAX_STEP_MS;
  return Math.min(MAX_STEP_MS, Math.max(MAX_BURST_STEP_MS, MOST_SHARE * waitedMs));
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
