/**
 * Sends one viewer the packets that all share: only the header is written anew,
 * in place, before each sending. A cursor in the log says what comes next; a
 * viewer that starts, or asks for a keyframe, is set back to the newest one.
 */
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import { isMarked, RTP_HEADER_BYTES, writeRtpHeader } from '#shared/media/rtp/header.ts';
import { type SenderFacts, senderReport, type ViewerFeedback } from '#shared/media/rtp/rtcp.ts';
import type { LoggedPacket, RtpLog } from './rtp-log.ts';
import { ViewerClock } from './viewer-clock.ts';

export interface RtpSenderOptions {
  log: RtpLog;
  /** Synchronization source, as the session description announces it. */
  ssrc: number;
  /** Takes a packet synchronously; the buffer is overwritten afterwards. */
  send: (packet: Buffer) => void;
  random?: () => number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/** What a viewer that catches up gets in one go, so that no burst overruns its network: 60 Mbit/s with the pace below. */
const BURST_PACKETS = 32;
/** A camera's keyframe comes in one go up to this size. */
const LIVE_BURST_PACKETS = 96;
/** Pause between two goes, milliseconds. */
export const PACE_MS = 5;
/** Packets that may still be asked for again. */
const REMEMBERED = 1024;
/** A viewer that cannot decode is set back to the keyframe this often at most, milliseconds. */
const RESTART_PAUSE_MS = 1000;

/** One viewer's place in the stream. */
export class RtpSender {
  readonly #options: Required<RtpSenderOptions>;
  readonly #clock: ViewerClock;
  readonly #resends = new TokenBucket({ perSecond: 1500, burst: 600 });
  /** Place and time of the last packets, by sequence number. */
  readonly #places = new Float64Array(REMEMBERED).fill(-1);
  readonly #times = new Uint32Array(REMEMBERED);
  #sequence: number;
  #payloadType = 0;
  #cursor: number;
  #isLive = false;
  /** Nothing can be decoded before the next keyframe. */
  #isWaiting = true;
  #restartedAt = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #octets = 0;

  constructor(options: RtpSenderOptions) {
    this.#options = { random: Math.random, now: () => performance.now(), ...options };
    const { random, now, log } = this.#options;
    this.#sequence = Math.floor(random() * 0x8000);
    this.#clock = new ViewerClock(Math.floor(random() * 0x7fffffff), now);
    this.#cursor = log.end;
  }

  /** Packets sent, resent ones among them. */
  get packets(): number {
    return this.#packets;
  }

  /** Bytes of payload sent. */
  get octets(): number {
    return this.#octets;
  }

  /** Whether packets wait for the next go. */
  get isBehind(): boolean {
    return this.#cursor < this.#options.log.end;
  }

  /** Goes on with the newest keyframe, in a payload type of its own. */
  restart(payloadType: number): void {
    this.#payloadType = payloadType;
    this.#isWaiting = true;
    this.#toKeyframe();
  }

  /** Sends what is due. @param isFresh an access unit came this very moment */
  pump(isFresh: boolean): void {
    const { log } = this.#options;
    if (this.#isWaiting || this.#isOvertaken()) this.#toKeyframe();
    const next = log.get(this.#cursor)?.frame;
    // Nothing was left over from before: this viewer sees what the camera sees.
    if (isFresh && next !== undefined && next.first === this.#cursor && isNewest(next.first, log))
      this.#isLive = true;
    this.#sendUpTo(this.#isLive ? LIVE_BURST_PACKETS : BURST_PACKETS);
  }

  /** Serves what a viewer reports: lost packets and the wish for a keyframe. */
  take({ missing, wantsKeyframe }: ViewerFeedback): void {
    for (const sequence of missing) this.#resend(sequence);
    const { now } = this.#options;
    if (!wantsKeyframe || !this.#isLive || now() - this.#restartedAt < RESTART_PAUSE_MS) return;
    this.#restartedAt = now();
    this.#toKeyframe();
  }

  /** A sender report of this moment. @param unixMs Unix milliseconds */
  report(unixMs: number): Buffer {
    const { ssrc } = this.#options;
    const facts: SenderFacts = {
      ssrc,
      timestamp: this.#clock.current,
      packets: this.#packets,
      octets: this.#octets,
    };
    return senderReport(facts, unixMs);
  }

  /** Whether the next packet is no longer kept, or a newer keyframe spares the way to it. */
  #isOvertaken(): boolean {
    const { log } = this.#options;
    if (!this.isBehind) return false;
    if (log.get(this.#cursor) === undefined) return true;
    return !this.#isLive && log.keyframe !== undefined && log.keyframe > this.#cursor;
  }

  #toKeyframe(): void {
    const { log } = this.#options;
    this.#cursor = log.keyframe ?? log.end;
    this.#isWaiting = log.keyframe === undefined;
    this.#isLive = false;
  }

  #sendUpTo(count: number): void {
    const { log } = this.#options;
    for (let sent = 0; sent < count; sent += 1) {
      const packet = log.get(this.#cursor);
      if (packet === undefined) return;
      const timestamp = this.#clock.timeOf(packet.frame, this.#isLive);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#places[this.#sequence % REMEMBERED] = this.#cursor;
      this.#times[this.#sequence % REMEMBERED] = timestamp;
      this.#write(packet, this.#sequence, timestamp);
      this.#cursor += 1;
    }
  }

  #resend(sequence: number): void {
    const age = (this.#sequence - sequence) & 0xffff;
    if (age >= REMEMBERED) return;
    const slot = sequence % REMEMBERED;
    const packet = this.#options.log.get(this.#places[slot] as number);
    if (packet !== undefined && this.#resends.take()) {
      this.#write(packet, sequence, this.#times[slot] as number);
    }
  }

  #write({ data }: LoggedPacket, sequence: number, timestamp: number): void {
    writeRtpHeader(data, {
      payloadType: this.#payloadType,
      marker: isMarked(data),
      sequence,
      timestamp,
      ssrc: this.#options.ssrc,
    });
    this.#packets += 1;
    this.#octets += data.length - RTP_HEADER_BYTES;
    this.#options.send(data);
  }
}

/** Whether the access unit that starts at a place is the newest one. */
function isNewest(first: number, log: RtpLog): boolean {
  return log.get(log.end - 1)?.frame.first === first;
}
