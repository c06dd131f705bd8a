/**
 * Decodes a camera's packets on demand. One pump works through the packets of
 * the group: up to the newest for viewers, up to a certain packet for a
 * snapshot, from keyframe to keyframe for low rates.
 */
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { GopCache, SequencedPacket } from '../packets/gop-cache.ts';
import { DecodeQuality } from './decode-quality.ts';
import { type Demand, demandOf, type Viewers } from './demand.ts';
import { LiveFrame, type NativeFrame, type PictureEncoders } from './live-frame.ts';
import type { Decoder, Media } from './media.ts';
import type { Picture } from './picture.ts';
import type { PictureCounters } from './picture-counters.ts';
import type { PictureSource } from './picture-hub.ts';
import { noFrameYet, SnapshotRequests } from './snapshot-requests.ts';

/** Where frames go; a {@link PictureHub}. */
export interface FrameSink extends Viewers {
  /** Tells where frames come from now. */
  attach(source: PictureSource): void;
  /** Whether a viewer waits for the picture of this media time. */
  isDue(mediaTimeMs: number): boolean;
  /** Gives a frame to viewers. @param isBehind newer ones wait already */
  publish(frame: LiveFrame, isBehind: boolean): Promise<void>;
}

/** What the pipeline reads of the camera's connection. */
export interface StreamFacts {
  readonly isLive: boolean;
  /** Milliseconds; undefined before the second keyframe. */
  readonly keyframeIntervalMs: number | undefined;
}

export interface PipelineOptions {
  cameraId: string;
  track: VideoTrack;
  gop: GopCache;
  stream: StreamFacts;
  media: Media;
  counters: PictureCounters;
  /** Called with the size of every frame, pixels. */
  onSize: (size: { width: number; height: number }) => void;
  log: Logger;
  /** How long an unused decoder is kept, milliseconds. */
  idleMs?: number;
  /** How long decoding must be behind to count as overloaded, milliseconds. */
  overloadedAfterMs?: number;
}

const IDLE_MS = 10_000;
/** When decoding cannot keep up, viewers still get a picture this often. */
const OVERLOAD_INTERVAL_MS = 250;
/** Packets that may wait behind the decoded one before it no longer counts as the newest. */
const MAX_BACKLOG = 2;

/** Turns the packets of one camera session into frames. */
export class PicturePipeline implements PictureSource {
  readonly #options: PipelineOptions;
  readonly #encoders: PictureEncoders;
  readonly #quality: DecodeQuality;
  /** Packets refer to no other: those that no viewer is due for are left out. */
  readonly #isIntraOnly: boolean;
  #hub: FrameSink | undefined;
  #demand: Demand = 'none';
  #decoder: Decoder | undefined;
  #position = 0;
  /** The decoder was emptied and has seen no keyframe since. */
  #isDrained = false;
  #latest: LiveFrame | undefined;
  readonly #snapshots = new SnapshotRequests();
  #pump: Promise<void> | undefined;
  #lastShownAt = 0;
  /** Since when there is always a packet to decode, milliseconds of a clock that never goes back. */
  #busySince = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PipelineOptions) {
    const { counters, media, overloadedAfterMs, track } = options;
    this.#options = options;
    this.#isIntraOnly = track.codec === 'mjpeg';
    this.#quality = new DecodeQuality({
      isIntraOnly: this.#isIntraOnly,
      ...(overloadedAfterMs === undefined ? {} : { overloadedAfterMs }),
    });
    this.#encoders = media.createEncoders((milliseconds) => {
      counters.encoded += 1;
      counters.encodeMs += milliseconds;
    });
  }

  /** Shows pictures to a hub's viewers; once. */
  attach(hub: FrameSink): void {
    this.#hub = hub;
    hub.attach(this);
    this.updateDemand();
  }

  /** Decodes as much as the hub's viewers need from now on. */
  updateDemand(): void {
    const { stream } = this.#options;
    const before = this.#demand;
    this.#demand = this.#hub === undefined ? 'none' : demandOf(this.#hub, stream.keyframeIntervalMs);
    // A decoder that was drained for a snapshot starts anew from the keyframe, not with the next packet.
    if (before === 'none' && this.#demand !== 'none' && this.#isDrained) this.#position = 0;
    this.#quality.setDemand(this.#demand);
    this.wake();
  }

  /** Decodes if there is a packet to decode; called after each packet and each change of demand. */
  wake(): void {
    if (this.#closed || this.#pump !== undefined || this.#nextPacket() === undefined) return;
    clearTimeout(this.#idleTimer);
    this.#busySince = performance.now();
    this.#pump = this.#run().finally(() => {
      this.#pump = undefined;
      this.#idleTimer = setTimeout(() => this.#closeIdle(), this.#options.idleMs ?? IDLE_MS).unref();
      // A packet that came while the pump ran down would otherwise wait for the next one.
      this.wake();
    });
  }

  /**
   * The newest picture, decoded now from the cached packets.
   * @param signal ends the wait, when no client wants the picture any more
   * @throws AppError `no-frame-yet` when no keyframe has come or it cannot be decoded, `worker-busy`
   */
  snapshot(format: PictureFormat, signal?: AbortSignal): Promise<Picture> {
    const target = this.#options.gop.newest?.sequence;
    if (this.#closed || target === undefined) return Promise.reject(noFrameYet());
    const isLuma = format.isLuma === true;
    if (!isLuma) this.#quality.requestFull(performance.now());
    const latest = this.#latest;
    const isGood = isLuma || latest?.isDegraded !== true || this.#quality.isOverloaded;
    if (latest?.facts.sequence === target && isGood) return latest.picture(format);
    const picture = this.#snapshots.add(target, format, signal);
    this.wake();
    return picture;
  }

  /** The newest picture for a new viewer. @throws AppError `no-frame-yet`, also while the camera is not live */
  firstPicture(format: PictureFormat, signal: AbortSignal): Promise<Picture> {
    return this.#options.stream.isLive ? this.snapshot(format, signal) : Promise.reject(noFrameYet());
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
    if (this.#quality.needsKeyframe(performance.now())) this.#position = 0;
    return wanted > this.#position ? gop.next(this.#position) : undefined;
  }

  #demandTarget(): number {
    const { gop } = this.#options;
    if (this.#demand === 'keyframes') return gop.keyframe?.sequence ?? 0;
    if (this.#demand === 'none' || gop.newest === undefined) return 0;
    const isLeftOut = this.#isIntraOnly && this.#hub?.isDue(gop.newest.mediaTimeMs) !== true;
    return isLeftOut ? 0 : gop.newest.sequence;
  }

  async #run(): Promise<void> {
    const { media, track } = this.#options;
    try {
      this.#decoder ??= await media.openDecoder(track);
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
      // The same packets would fail the same way again: continue with the next.
      this.#position = this.#options.gop.newest?.sequence ?? this.#position;
    }
  }

  async #decode(decoder: Decoder, packet: SequencedPacket): Promise<void> {
    const isDegraded = this.#chooseQuality(packet);
    if (packet.sequence !== this.#position + 1) decoder.reset();
    if (packet.keyframe) this.#isDrained = false;
    this.#position = packet.sequence;
    decoder.skipLoopFilter = isDegraded;
    if (this.#latest?.isDegraded === true && !isDegraded) await this.#dropLatest();
    const { frames, failed } = await decoder.decode(packet.data, packet.sequence);
    this.#count(failed);
    await this.#keepNewest(frames, isDegraded);
    if (this.#needsDrain(packet)) {
      await this.#keepNewest(await decoder.drain(), isDegraded);
      // A drained decoder goes on from a keyframe only.
      this.#position = 0;
      this.#isDrained = true;
    }
    await this.#snapshots.settle(packet.sequence, this.#latest);
    await this.#show(packet);
    // Viewers do not wait for all of them; where no packet follows, nothing else would settle them.
    while (this.#snapshots.isDue(packet.sequence) && !this.#hasNewer(packet) && !this.#closed)
      await this.#snapshots.settle(packet.sequence, this.#latest);
    if (this.#position === 0) this.#position = this.#demand === 'none' ? packet.sequence : 0;
  }

  /** @returns whether the packet is decoded in lower quality */
  #chooseQuality({ sequence, keyframe }: SequencedPacket): boolean {
    const { cameraId, log } = this.#options;
    const now = performance.now();
    const wasOverloaded = this.#quality.isOverloaded;
    if (this.#position > 0 && sequence > this.#position + 1) this.#quality.onGap(now - this.#busySince, now);
    const isDegraded = this.#quality.begin(keyframe, now);
    if (this.#quality.isOverloaded && !wasOverloaded)
      log.warn({ cameraId }, 'decoding cannot keep up: lower quality for now');
    return isDegraded;
  }

  #count(failed: boolean): void {
    const { counters } = this.#options;
    counters.decoded += 1;
    if (failed) counters.decodeErrors += 1;
    if (this.#quality.isOverloaded) counters.degraded += 1;
  }

  #hasNewer({ sequence }: SequencedPacket): boolean {
    return this.#demandTarget() > sequence || this.#snapshots.lastTarget > sequence;
  }

  /** A reordering decoder holds the newest picture back; without viewers nothing would push it out. */
  #needsDrain(packet: SequencedPacket): boolean {
    return this.#latest === undefined && this.#snapshots.isDue(packet.sequence);
  }

  async #keepNewest(frames: NativeFrame[], isDegraded: boolean): Promise<void> {
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
    this.#latest = new LiveFrame(newest, this.#encoders, times, isDegraded);
  }

  async #show(packet: SequencedPacket): Promise<void> {
    const frame = this.#latest;
    if (frame === undefined || frame.isShown || this.#demand === 'none') return;
    // A viewer who wants full quality came while it was decoded.
    if (frame.isDegraded && this.#demand !== 'analysis' && !this.#quality.isOverloaded) return;
    const backlog = (this.#options.gop.newest?.sequence ?? 0) - packet.sequence;
    this.#quality.onDecoded(backlog > MAX_BACKLOG, performance.now());
    const isOverdue = performance.now() - this.#lastShownAt > OVERLOAD_INTERVAL_MS;
    if (this.#demand !== 'keyframes' && backlog > MAX_BACKLOG && !isOverdue) return;
    this.#lastShownAt = performance.now();
    frame.isShown = true;
    await this.#hub?.publish(frame, backlog > 0);
    this.#options.counters.latency.observe(Math.max(0, Date.now() - frame.facts.capturedAt) / 1000);
  }

  #closeIdle(): void {
    if (this.#pump === undefined && this.#demand === 'none') void this.#free();
  }

  async #free(): Promise<void> {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    this.#position = 0;
    await this.#dropLatest();
    await this.#encoders.close();
    decoder?.[Symbol.dispose]();
  }

  async #dropLatest(): Promise<void> {
    const latest = this.#latest;
    this.#latest = undefined;
    await latest?.release();
  }
}
