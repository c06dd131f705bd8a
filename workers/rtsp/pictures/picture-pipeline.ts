/**
 * Decodes a camera's packets on demand. One pump works through the packets of the group: up to the newest
 * for viewers, up to a certain packet for a snapshot, from keyframe to keyframe for low rates.
 */
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { SequencedPacket } from '../packets/gop-cache.ts';
import { DecodeQuality } from './decode-quality.ts';
import { DecoderBudget } from './decoder-budget.ts';
import { DecoderSeat } from './decoder-seat.ts';
import { type Demand, demandOf } from './demand.ts';
import { LiveFrame, type NativeFrame, type PictureEncoders } from './live-frame.ts';
import type { Decoder } from './media.ts';
import type { Picture } from './picture.ts';
import type { PictureSource } from './picture-hub.ts';
import type { FrameSink, PipelineOptions, Slowed } from './pipeline-options.ts';
import { noFrameYet, SnapshotRequests } from './snapshot-requests.ts';

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
  readonly #seat: DecoderSeat;
  #position = 0;
  /** The decoder was emptied and has seen no keyframe since. */
  #isDrained = false;
  #latest: LiveFrame | undefined;
  readonly #snapshots = new SnapshotRequests();
  /** What decodes now, or frees the decoder: never both. */
  #pump: Promise<void> | undefined;
  #lastShownAt = 0;
  /** Since when there is always a packet to decode, milliseconds of a clock that never goes back. */
  #busySince = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PipelineOptions) {
    const { counters, media, overloadedAfterMs, track, budget = new DecoderBudget() } = options;
    const { cameraId, log, pixels = () => undefined, onRationed } = options;
    this.#options = options;
    this.#seat = new DecoderSeat({
      ...{ cameraId, media, track, budget, pixels, onRationed, log },
      onNeeded: () => this.#closeIdle(),
    });
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
    const { keyframeIntervalMs } = this.#options.stream;
    const before = this.#demand;
    this.#demand = this.#hub === undefined ? 'none' : demandOf(this.#hub, keyframeIntervalMs);
    // A decoder that was drained for a snapshot starts anew from the keyframe, not with the next packet.
    if (before === 'none' && this.#demand !== 'none' && this.#isDrained) this.#position = 0;
    this.#quality.setDemand(this.#affordable);
    this.wake();
  }

  /** Undefined while viewers get what they want. */
  get slowed(): Slowed | undefined {
    if (this.#demand === 'none') return undefined;
    const since = this.#seat.rationedSince;
    if (since !== undefined) return { reason: 'memory', since };
    const { overloadedSince } = this.#quality;
    return overloadedSince === undefined ? undefined : { reason: 'processor', since: overloadedSince };
  }

  /** Decodes if there is a packet to decode; called after each packet and each change of demand. */
  wake(): void {
    if (this.#closed || this.#pump !== undefined || this.#nextPacket() === undefined) return;
    clearTimeout(this.#idleTimer);
    this.#busySince = performance.now();
    this.#occupy(this.#run(), () => {
      this.#idleTimer = setTimeout(() => this.#closeIdle(), this.#options.idleMs ?? IDLE_MS).unref();
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
    this.#seat.end();
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

  /** A camera that shares its decoder with others gives keyframes. */
  get #affordable(): Demand {
    return this.#seat.isRationed && this.#demand !== 'none' ? 'keyframes' : this.#demand;
  }

  #demandTarget(): number {
    const { gop } = this.#options;
    if (this.#affordable === 'keyframes') return gop.keyframe?.sequence ?? 0;
    if (this.#demand === 'none' || gop.newest === undefined) return 0;
    if (this.#isIntraOnly && this.#hub?.isDue(gop.newest.mediaTimeMs) !== true) return 0;
    return gop.newest.sequence;
  }

  async #run(): Promise<void> {
    try {
      const decoder = this.#seat.decoder ?? (await this.#openDecoder());
      let packet = this.#nextPacket();
      for (; packet !== undefined && !this.#closed; packet = this.#nextPacket())
        await this.#decode(decoder, packet);
      if (this.#seat.isRationed) await this.#endTurn();
    } catch (error) {
      if (this.#closed) return;
      this.#options.log.error({ err: error, cameraId: this.#options.cameraId }, 'pictures failed');
      this.#snapshots.rejectAll();
      await this.#free();
      // The same packets would fail the same way again: continue with the next.
      this.#position = this.#options.gop.newest?.sequence ?? this.#position;
    }
  }

  async #openDecoder(): Promise<Decoder> {
    const decoder = await this.#seat.open();
    // A new decoder knows no picture that the next packet may refer to.
    if (this.#options.gop.next(this.#position)?.keyframe !== true) this.#position = 0;
    this.#quality.setDemand(this.#affordable);
    return decoder;
  }

  /** Lets the next camera decode; the packets that were decoded are not decoded again. */
  async #endTurn(): Promise<void> {
    const position = this.#position;
    await this.#free();
    this.#position = position;
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
    if (this.#position === 0 && (this.#demand === 'none' || this.#seat.isRationed))
      this.#position = packet.sequence;
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
    counters.decodeErrors += failed ? 1 : 0;
    counters.degraded += this.#quality.isOverloaded ? 1 : 0;
  }

  #hasNewer({ sequence }: SequencedPacket): boolean {
    return this.#demandTarget() > sequence || this.#snapshots.lastTarget > sequence;
  }

  /** A reordering decoder holds the newest picture back; without viewers nothing would push it out. */
  #needsDrain(packet: SequencedPacket): boolean {
    return this.#latest === undefined && (this.#seat.isRationed || this.#snapshots.isDue(packet.sequence));
  }

  async #keepNewest(frames: NativeFrame[], isDegraded: boolean): Promise<void> {
    for (const frame of frames.slice(0, -1)) frame.native.free();
    const newest = frames.at(-1);
    if (newest === undefined) return;
    this.#options.onSize({ width: newest.width, height: newest.height });
    await this.#dropLatest();
    const { cameraId, gop } = this.#options;
    const packet = gop.find(newest.sequence);
    const times = {
      cameraId,
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
    if (this.#affordable !== 'keyframes' && backlog > MAX_BACKLOG && !isOverdue) return;
    this.#lastShownAt = performance.now();
    frame.isShown = true;
    await this.#hub?.publish(frame, backlog > 0);
    this.#options.counters.latency.observe(Math.max(0, Date.now() - frame.facts.capturedAt) / 1000);
  }

  #closeIdle(): void {
    if (!this.#closed && this.#pump === undefined && this.#demand === 'none') this.#occupy(this.#free());
  }

  #occupy(work: Promise<void>, onEnd = (): void => {}): void {
    this.#pump = work.finally(() => {
      this.#pump = undefined;
      onEnd();
      // A packet that came meanwhile would otherwise wait for the next one.
      this.wake();
    });
  }

  async #free(): Promise<void> {
    this.#position = 0;
    await this.#dropLatest();
    await this.#encoders.close();
    this.#seat.close();
  }

  async #dropLatest(): Promise<void> {
    const latest = this.#latest;
    this.#latest = undefined;
    await latest?.release();
  }
}
