/** Follows the sequence numbers of one track, whose channel other packets may share. */
import { type RtpPacket, sequenceDistance } from '#shared/media/rtp/header.ts';

/** A camera sends another payload type than it announced when so many packets have it and none the announced one. */
const ADOPT_AFTER = 20;
const FIRST_DYNAMIC_TYPE = 96;
/** A packet this little behind the newest is late or doubled; more is a source that counts anew. */
const MAX_LATE = 32;

/** What to do with a packet. */
export type Verdict = 'take' | 'take-after-loss' | 'skip';

/** Judges the packets of one channel in the order of their arrival. */
export class RtpOrder {
  #payloadType: number;
  #isAnnouncedTypeSeen = false;
  #others = 0;
  #last: { ssrc: number; sequence: number } | undefined;
  /** A loss before a packet that was skipped. */
  #isLossPending = false;

  /** @param payloadType as announced */
  constructor(payloadType: number) {
    this.#payloadType = payloadType;
  }

  /** @param isLossKnown whether packets before it are gone, where a buffer has put them in order */
  judge(packet: RtpPacket, isLossKnown?: boolean): Verdict {
    const isOurs = this.#isOurs(packet.payloadType);
    const last = this.#last;
    // Other payload types share the sequence of their source (RFC 3550 section 5.1).
    if (!isOurs && last?.ssrc !== packet.ssrc) return 'skip';
    const isSameSource = last?.ssrc === packet.ssrc;
    const distance = sequenceDistance(last?.sequence ?? 0, packet.sequence);
    // What lies before it was given up, or was taken already: it says nothing of what follows.
    if (isSameSource && distance <= 0 && distance >= -MAX_LATE) return 'skip';
    this.#last = { ssrc: packet.ssrc, sequence: packet.sequence };
    if (last === undefined) return isOurs ? 'take' : 'skip';
    const isLost = isLossKnown ?? !(isSameSource && distance === 1);
    if (isLost) this.#isLossPending = true;
    if (!isOurs) return 'skip';
    const verdict = this.#isLossPending ? 'take-after-loss' : 'take';
    this.#isLossPending = false;
    return verdict;
  }

  /** The payload type that is taken. */
  get payloadType(): number {
    return this.#payloadType;
  }

  /** Source and sequence number of the newest packet, for reports. */
  get newest(): { ssrc: number; sequence: number } | undefined {
    return this.#last;
  }

  #isOurs(payloadType: number): boolean {
    if (payloadType === this.#payloadType) {
      this.#isAnnouncedTypeSeen = true;
      return true;
    }
    if (this.#isAnnouncedTypeSeen || payloadType < FIRST_DYNAMIC_TYPE) return false;
    this.#others += 1;
    if (this.#others < ADOPT_AFTER) return false;
    this.#payloadType = payloadType;
    return true;
  }
}
