/** One path of the server: packs each access unit once for all clients that play it. */
import { randomInt } from 'node:crypto';
import { splitNals } from '#shared/media/annex-b.ts';
import { type AccessUnit, VIDEO_CLOCK_HZ, type VideoCodec } from '#shared/media/packet.ts';
import { packetizeH264 } from '#shared/media/rtp/h264.ts';
import { packetizeH265 } from '#shared/media/rtp/h265.ts';
import { RTP_HEADER_BYTES } from '#shared/media/rtp/header.ts';
import { packetizeMjpeg } from '#shared/media/rtp/mjpeg.ts';
import type { RtpPayload } from '#shared/media/rtp/payload.ts';
import { RtpPackets, type RtpPosition } from '#shared/media/rtp/rtp-packets.ts';
import { VIDEO_PAYLOAD_TYPES } from '#shared/media/rtsp/description.ts';
import { corruptPayloads, type FaultBoard } from '../../faults/faults.ts';
import { AudioHub } from './audio-hub.ts';
import type { StreamSource } from './stream-source.ts';

/** Cuts an access unit into payloads of at most `maxBytes`. */
const PACKETIZE: Record<VideoCodec, (data: Buffer, maxBytes: number) => RtpPayload[]> = {
  h264: (data, maxBytes) => packetizeH264(splitNals(data), maxBytes),
  hevc: (data, maxBytes) => packetizeH265(splitNals(data), maxBytes),
  mjpeg: packetizeMjpeg,
};
/** A stream that never sends another keyframe must not fill the memory. */
const MAX_HISTORY_BYTES = 16 * 1024 * 1024;

/** A client that plays a stream. */
export interface Viewer {
  deliver(packets: RtpPackets): void;
}

export interface StreamHubOptions {
  path: string;
  source: StreamSource;
  faults: FaultBoard;
  /** New viewers get the current group of pictures immediately, else they wait for the next keyframe. */
  instantStart: boolean;
  /** Largest RTP packet, header included. */
  maxPacketBytes: number;
}

/** Fans one source out. Owned by the server. */
export class StreamHub {
  readonly path: string;
  readonly source: StreamSource;
  readonly ssrc = randomInt(2 ** 32);
  readonly audio: AudioHub | undefined;
  readonly #options: StreamHubOptions;
  readonly #viewers = new Set<Viewer>();
  #unsubscribe: (() => void) | undefined;
  #sequence = randomInt(2 ** 16);
  #group: RtpPackets[] = [];
  #groupBytes = 0;
  #newest = { timestamp: 0, at: performance.now() };

  constructor(options: StreamHubOptions) {
    this.#options = options;
    this.path = options.path;
    this.source = options.source;
    this.audio = options.source.audio === undefined ? undefined : new AudioHub(options.source.audio);
    if (!options.source.isOnDemand) this.#subscribe();
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Whether a viewer is sent pictures that it cannot decode yet, as many cameras do. */
  get startsAnywhere(): boolean {
    return this.#options.faults.find(this.path, 'slow-keyframes') !== undefined;
  }

  /** Position at which a viewer that joins now begins; undefined while unknown. */
  get start(): RtpPosition | undefined {
    return this.#hasInstantStart() ? this.#group[0]?.position : undefined;
  }

  /** RTP timestamp of this instant. */
  get timestampNow(): number {
    const elapsedMs = performance.now() - this.#newest.at;
    return Math.round(this.#newest.timestamp + (elapsedMs * VIDEO_CLOCK_HZ) / 1000);
  }

  /** Whether the fault `stall` is on. */
  get isStalled(): boolean {
    return this.#options.faults.find(this.path, 'stall') !== undefined;
  }

  /** Starts delivering to a viewer; returns the function that ends it. */
  join(viewer: Viewer): () => void {
    if (this.#hasInstantStart()) for (const packets of this.#group) viewer.deliver(packets);
    this.#viewers.add(viewer);
    this.#subscribe();
    return () => {
      this.#viewers.delete(viewer);
      if (this.source.isOnDemand && this.#viewers.size === 0) this.#endSubscription();
    };
  }

  /** Ends the subscription to the source. */
  close(): void {
    this.#endSubscription();
    this.audio?.close();
    this.#viewers.clear();
  }

  #subscribe(): void {
    this.#unsubscribe ??= this.source.subscribe((unit) => this.#onUnit(unit));
  }

  #endSubscription(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#forgetGroup();
  }

  #hasInstantStart(): boolean {
    return this.#options.instantStart && !this.startsAnywhere && !this.isStalled;
  }

  #onUnit(unit: AccessUnit): void {
    this.#newest = { timestamp: unit.timestamp, at: performance.now() };
    const packets = this.#pack(unit);
    this.#remember(packets);
    if (this.isStalled) return;
    for (const viewer of this.#viewers) viewer.deliver(packets);
  }

  #pack(unit: AccessUnit): RtpPackets {
    const { faults, maxPacketBytes } = this.#options;
    const { codec } = this.source;
    let payloads = PACKETIZE[codec](unit.data, maxPacketBytes - RTP_HEADER_BYTES);
    const corrupt = faults.find(this.path, 'corrupt');
    if (corrupt !== undefined) payloads = corruptPayloads(payloads, corrupt.share);
    const position = {
      payloadType: VIDEO_PAYLOAD_TYPES[codec],
      ssrc: this.ssrc,
      sequence: this.#sequence,
      timestamp: unit.timestamp,
    };
    this.#sequence = (this.#sequence + payloads.length) & 0xffff;
    return new RtpPackets(payloads, position, unit.keyframe);
  }

  /** Keeps what a new viewer needs: everything from the newest keyframe on. */
  #remember(packets: RtpPackets): void {
    if (!this.#options.instantStart) return;
    if (packets.keyframe || this.#groupBytes > MAX_HISTORY_BYTES) this.#forgetGroup();
    if (!packets.keyframe && this.#group.length === 0) return;
    this.#group.push(packets);
    this.#groupBytes += packets.bytes;
  }

  #forgetGroup(): void {
    this.#group = [];
    this.#groupBytes = 0;
  }
}
