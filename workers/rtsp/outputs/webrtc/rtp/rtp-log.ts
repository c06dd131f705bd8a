/**
 * The RTP packets of one camera, made once for all viewers. It holds the current
 * group of pictures, with which a new viewer starts, and a little more, so that
 * lost packets can be sent again.
 */

/** One access unit as all viewers share it. */
export interface LoggedFrame {
  /** Place of its first packet; places count up for ever. */
  first: number;
  keyframe: boolean;
  /** Media time in units of 90 kHz. Counts anew with every {@link epoch}. */
  ticks: number;
  /** Counts the sessions with the camera. */
  epoch: number;
}

/** One packet and the access unit it belongs to. */
export interface LoggedPacket {
  data: Buffer;
  frame: LoggedFrame;
}

/** What is kept from before the current keyframe, for viewers that miss some of it. */
const HISTORY_PACKETS = 512;
/** Half a minute of a 4 Mbit/s camera: a longer group of pictures is not kept. */
const MAX_GROUP_BYTES = 16 * 1024 * 1024;
/** The same in packets: small ones take more memory for themselves than for their bytes. */
const MAX_GROUP_PACKETS = 16_000;

/** Packets by place. */
export class RtpLog {
  #packets: LoggedPacket[] = [];
  /** Place of the oldest packet kept. */
  #base = 0;
  #keyframe: number | undefined;
  #groupBytes = 0;

  /** Place of the next packet to come. */
  get end(): number {
    return this.#base + this.#packets.length;
  }

  /** Place of the newest keyframe; undefined while there is none that leads to the newest picture. */
  get keyframe(): number | undefined {
    return this.#keyframe;
  }

  get(place: number): LoggedPacket | undefined {
    return this.#packets[place - this.#base];
  }

  /** Adds an access unit. */
  append(packets: readonly Buffer[], { keyframe, ticks, epoch }: Omit<LoggedFrame, 'first'>): LoggedFrame {
    const frame = { first: this.end, keyframe, ticks, epoch };
    if (keyframe) {
      this.#keyframe = frame.first;
      this.#groupBytes = 0;
    }
    for (const data of packets) {
      this.#packets.push({ data, frame });
      this.#groupBytes += data.length;
    }
    const groupPackets = this.end - (this.#keyframe ?? this.end);
    if (this.#groupBytes > MAX_GROUP_BYTES || groupPackets > MAX_GROUP_PACKETS) this.#keyframe = undefined;
    if (keyframe || this.#keyframe === undefined) this.#trim();
    return frame;
  }

  /** A session with the camera began: what was before leads nowhere. */
  breakOff(): void {
    this.#keyframe = undefined;
    this.#groupBytes = 0;
  }

  #trim(): void {
    const keep = (this.#keyframe ?? this.end) - HISTORY_PACKETS;
    const surplus = keep - this.#base;
    // In larger steps without a keyframe: every step moves all that stays.
    if (surplus < (this.#keyframe === undefined ? HISTORY_PACKETS : 1)) return;
    this.#packets = this.#packets.slice(surplus);
    this.#base += surplus;
  }
}
