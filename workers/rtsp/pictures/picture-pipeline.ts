/**
 * Decodes what is asked for and nothing else. One pump works through the
 * packets of the group: up to the newest for viewers, up to a certain packet
 * for a snapshot, from keyframe to keyframe for low rates.
 */
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import type { GopCache, SequencedPacket } from '../packets/gop-cache.ts';
import { Exactness } from './exactness.ts';
import { Haste } from './haste.ts';
import { LiveFrame, type NativeFrame, type PictureEncoders } from './live-frame.ts';
import type { Picture } from './picture.ts';
import { noFrameYet, SnapshotRequests } from './snapshot-requests.ts';

/** What viewers want decoded: nothing, keyframes only, every picture, or every one as exact as analysis needs it. */
export type Demand = 'none' | 'keyframes' | 'all' | 'rough';

/** The part of a decoder that the pipeline uses; calls never overlap. */
export interface Decoder extends Disposable {
  /** Whether pictures may be a little off, where that is cheaper. */
  isRough: boolean;
  decode(data: Buffer, sequence: number): Promise<{ frames: NativeFrame[]; failed: boolean }>;
  drain(): Promise<NativeFrame[]>;
  reset(): void;
}

/** How the decoding of a packet went. */
export interface DecodeOutcome {
  /** The data is damaged. */
  failed: boolean;
  /** Decoded less exactly than viewers want, since the machine cannot keep up. */
  isHasty: boolean;
}

export interface PipelineOptions {
  cameraId: string;
  gop: GopCache;
  openDecoder: () => Promise<Decoder>;
  encoders: PictureEncoders;
  /** Called with each frame that viewers should get, and whether newer ones wait already; the pump waits for it. */
  onFrame: (frame: LiveFrame, isBehind: boolean) => Promise<void>;
  /** Whether a viewer waits for a packet that refers to no other; default: every packet is needed. */
  isDue?: (packet: SequencedPacket) => boolean;
  onDecoded: (outcome: DecodeOutcome) => void;
  /** Called with the size of every frame, pixels. */
  onSize: (size: { width: number; height: number }) => void;
  log: Logger;
  /** How long a decoder that nobody needs is kept, milliseconds. */
  idleMs?: number;
  /** Judges whether decoding keeps up. */
  haste?: Haste;
}

const IDLE_MS = 10_000;
/** When decoding cannot keep up, viewers still get a picture this often. */
const OVERLOAD_INTERVAL_MS = 250;
/** Packets that may wait behind the decoded one before it no longer counts as the newest. */
const MAX_BACKLOG = 2;

/** Turns the packets of one camera session into frames. */
export class PicturePipeline {
  readonly #options: PipelineOptions;
  readonly #exactness = new Exactness();
  readonly #haste: Haste;
  #demand: Demand = 'none';
  #decoder: Decoder | undefined;
  #position = 0;
  #latest: LiveFrame | undefined;
  readonly #snapshots = new SnapshotRequests();
  #pump: Promise<void> | undefined;
  #lastShownAt = 0;
  /** Since when there is always a packet to decode, milliseconds of a clock that never goes back. */
  #busySince = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#haste = options.haste ?? new Haste();
  }

  /** Says what viewers want from now on. */
  setDemand(demand: Demand): void {
    if (demand !== this.#demand) this.#haste.rest();
    if (demand !== 'all') this.#exactness.endHaste();
    this.#demand = demand;
    this.#exactness.isRoughDemand = demand === 'rough';
    this.wake();
  }

  /** A packet came, or something is wanted. */
  wake(): void {
    if (this.#closed || this.#pump !== undefined || this.#nextPacket() === undefined) return;
    clearTimeout(this.#idleTimer);
    this.#busySince = performance.now();
    this.#pump = this.#run().finally(() => {
      this.#pump = undefined;
      this.#idleTimer = setTimeout(() => this.#closeIdle(), this.#options.idleMs ?? IDLE_MS).unref();
      // What came while the pump ran down would otherwise wait for the next packet.
      this.wake();
    });
  }

  /**
   * The newest picture, decoded now from the cached packets.
   * @throws AppError `no-frame-yet` when no keyframe has come or it cannot be decoded
   */
  snapshot(format: PictureFormat): Promise<Picture> {
    const target = this.#options.gop.newest?.sequence;
    if (this.#closed || target === undefined) return Promise.reject(noFrameYet());
    const isLuma = format.isLuma === true;
    if (!isLuma) this.#exactness.askOnce(performance.now());
    const latest = this.#latest;
    const isGood = isLuma || latest?.isRough !== true || this.#exactness.isHasty;
    if (latest?.facts.sequence === target && isGood) return latest.picture(format);
    const picture = this.#snapshots.add(target, format);
    this.wake();
    return picture;
  }

  /** Stops and frees all native memory. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#snapshots.rejectAll();
    clearTimeout(this.#idleTimer);
    await this.#pump;
    clearTimeout(this.#idleTimer);
    await this.#free();
  }

  #nextPacket(): SequencedPacket | undefined {
    const { gop } = this.#options;
    const wanted = Math.max(this.#demandTarget(), this.#snapshots.lastTarget);
    if (this.#exactness.mustRestart(performance.now())) this.#position = 0;
    return wanted > this.#position ? gop.next(this.#position) : undefined;
  }

  #demandTarget(): number {
    const { gop, isDue } = this.#options;
    if (this.#demand === 'keyframes') return gop.keyframe?.sequence ?? 0;
    if (this.#demand === 'none' || gop.newest === undefined) return 0;
    return isDue === undefined || isDue(gop.newest) ? gop.newest.sequence : 0;
  }

  async #run(): Promise<void> {
    try {
      this.#decoder ??= await this.#options.openDecoder();
      for (
        let packet = this.#nextPacket();
        packet !== undefined && !this.#closed;
        packet = this.#nextPacket()
      ) {
        await this.#decode(this.#decoder, packet);
      }
    } catch (error) {
      this.#options.log.error({ err: error, cameraId: this.#options.cameraId }, 'pictures failed');
      this.#snapshots.rejectAll();
      await this.#free();
      // Trying the same packets again would fail the same way: go on with what comes next.
      this.#position = this.#options.gop.newest?.sequence ?? this.#position;
    }
  }

  async #decode(decoder: Decoder, packet: SequencedPacket): Promise<void> {
    this.#hurryIfNeeded(packet);
    if (packet.sequence !== this.#position + 1) decoder.reset();
    this.#position = packet.sequence;
    const isRough = this.#exactness.isRough(performance.now());
    this.#exactness.begin(packet.keyframe, isRough);
    decoder.isRough = isRough;
    if (this.#latest?.isRough === true && !isRough) await this.#dropLatest();
    const { frames, failed } = await decoder.decode(packet.data, packet.sequence);
    this.#options.onDecoded({ failed, isHasty: this.#exactness.isHasty });
    await this.#keepNewest(frames, isRough);
    if (this.#needsDrain(packet)) {
      await this.#keepNewest(await decoder.drain(), isRough);
      // A drained decoder goes on from a keyframe only.
      this.#position = 0;
    }
    await this.#snapshots.settle(packet.sequence, this.#latest);
    await this.#show(packet);
    if (this.#position === 0) this.#position = this.#demand === 'none' ? packet.sequence : 0;
  }

  #hurryIfNeeded(packet: SequencedPacket): void {
    const now = performance.now();
    // Packets that refer to no other are left out by rights, and no haste would make them cheaper.
    const isInLine = this.#demand === 'all' && this.#options.isDue === undefined;
    if (isInLine && this.#position > 0 && packet.sequence > this.#position + 1)
      this.#haste.noteGap(now - this.#busySince, now);
    const isHasty = isInLine && this.#haste.isHasty(now);
    if (isHasty && !this.#exactness.isHasty)
      this.#options.log.warn({ cameraId: this.#options.cameraId }, 'decoding cannot keep up: less exact now');
    this.#exactness.setHaste(isHasty, packet.keyframe);
  }

  /** A reordering decoder holds the newest picture back; without viewers nothing would push it out. */
  #needsDrain(packet: SequencedPacket): boolean {
    return this.#latest === undefined && this.#snapshots.isDue(packet.sequence);
  }

  async #keepNewest(frames: NativeFrame[], isRough: boolean): Promise<void> {
    for (const frame of frames.slice(0, -1)) frame.native.free();
    const newest = frames.at(-1);
    if (newest === undefined) return;
    this.#options.onSize({ width: newest.width, height: newest.height });
    await this.#dropLatest();
    const packet = this.#options.gop.find(newest.sequence);
    const times = {
      cameraId: this.#options.cameraId,
      capturedAt: packet?.capturedAt ?? Date.now(),
      mediaTimeMs: packet?.mediaTimeMs ?? 0,
    };
    this.#latest = new LiveFrame(newest, this.#options.encoders, times, isRough);
  }

  async #show(packet: SequencedPacket): Promise<void> {
    const frame = this.#latest;
    if (frame === undefined || frame.isShown || this.#demand === 'none') return;
    // Somebody who wants exact pictures came while it was decoded.
    if (frame.isRough && this.#demand !== 'rough' && !this.#exactness.isHasty) return;
    const backlog = (this.#options.gop.newest?.sequence ?? 0) - packet.sequence;
    if (this.#demand === 'all') this.#haste.note(backlog > MAX_BACKLOG, performance.now());
    const isOverdue = performance.now() - this.#lastShownAt > OVERLOAD_INTERVAL_MS;
    if (this.#demand !== 'keyframes' && backlog > MAX_BACKLOG && !isOverdue) return;
    this.#lastShownAt = performance.now();
    frame.isShown = true;
    await this.#options.onFrame(frame, backlog > 0);
  }

  #closeIdle(): void {
    if (this.#pump === undefined && this.#demand === 'none') void this.#free();
  }

  async #free(): Promise<void> {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    this.#position = 0;
    await this.#dropLatest();
    await this.#options.encoders.close();
    decoder?.[Symbol.dispose]();
  }

  async #dropLatest(): Promise<void> {
    const latest = this.#latest;
    this.#latest = undefined;
    await latest?.release();
  }
}
