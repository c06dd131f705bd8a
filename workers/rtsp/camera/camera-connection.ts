/**
 * Keeps one camera connected for ever: a state machine around a source, which
 * itself never tries again. Truth about the camera is the age of its packets.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CameraSource } from '#shared/camera-source.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { Histogram } from '#shared/http/histogram.ts';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { Packet, VideoTrack } from '#shared/media/packet.ts';
import type { RunSource } from '../source/run-source.ts';
import type { ConnectLimiter, Urgency } from './connect-limiter.ts';
import { RETRY_TIMINGS, RetryPolicy, type RetryTimings } from './retry-policy.ts';
import { StreamMeter } from './stream-meter.ts';

/** `unauthorized` waits long, since cameras lock addresses; `closed` is final. */
export type CameraState = 'connecting' | 'live' | 'stalled' | 'reconnecting' | 'unauthorized' | 'closed';

/** Time limits of a camera, milliseconds. */
export interface CameraTimings extends RetryTimings {
  /** No packet for this long is a stall; slow cameras get three of their intervals. */
  stallMs: number;
  /** The first pictures of a slow camera may take this long before its rate is known. */
  firstPacketsMs: number;
}

export const CAMERA_TIMINGS: CameraTimings = { ...RETRY_TIMINGS, stallMs: 5000, firstPacketsMs: 15_000 };

/** Slow cameras: this many of their own intervals without a packet are a stall. */
const STALL_INTERVALS = 3;
const WATCHES_PER_STALL = 10;
/** Packets after which the measured interval says what a stall is. */
const KNOWN_RATE_PACKETS = 3;

/** What a connection tells its owner. */
export interface ConnectionHandlers {
  onTrack(track: VideoTrack): void;
  onPacket(packet: Packet): void;
  onAudio?(packet: AudioPacket): void;
  /** Runs work on bytes of the camera. */
  during?<T>(work: () => T): T;
  onState(state: CameraState, reason: AppError | undefined): void;
}

export interface ConnectionOptions {
  source: CameraSource;
  runSource: RunSource;
  handlers: ConnectionHandlers;
  limiter: ConnectLimiter;
  timings?: CameraTimings;
}

/** One camera's connection from start to close. */
export class CameraConnection {
  readonly meter = new StreamMeter();
  readonly #options: ConnectionOptions;
  readonly #timings: CameraTimings;
  readonly #retry: RetryPolicy;
  readonly #closing = new AbortController();
  #state: CameraState = 'connecting';
  #reason: AppError | undefined;
  #nextRetryAt: number | undefined;
  #reconnects = 0;
  #fault: AppError | undefined;
  #running: Promise<void> | undefined;
  #urgency: Urgency = 'new';
  #pause: { begun: PromiseWithResolvers<void>; ended: PromiseWithResolvers<void> } | undefined;
  /** Ends the session, or the wait for the next, when a pause begins. */
  #interrupt = new AbortController();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#timings = options.timings ?? CAMERA_TIMINGS;
    this.#retry = new RetryPolicy(this.#timings);
  }

  /** From an attempt to connect to the first keyframe, seconds. */
  readonly connectTimes = new Histogram();

  get state(): CameraState {
    return this.#state;
  }

  /** Why the camera is not live. */
  get reason(): AppError | undefined {
    return this.#reason;
  }

  /** Unix milliseconds of the next attempt, while waiting for it. */
  get nextRetryAt(): number | undefined {
    return this.#nextRetryAt;
  }

  /** Tells what is wrong with the pictures of a connected camera, or that it is over. */
  setFault(fault: AppError | undefined): void {
    if (this.#fault?.code === fault?.code) return;
    this.#fault = fault;
    if (fault !== undefined && this.#state === 'live') this.#setState('stalled', fault);
  }

  /** Attempts after the first. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Starts connecting; called once. @param urgency of the first attempt */
  start(urgency: Urgency = 'new'): void {
    this.#urgency = urgency;
    this.#running = this.#run();
  }

  /** Whether the camera is left alone until {@link resume}. */
  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** Ends the session, and begins none until {@link resume}. Resolves when the session has ended. */
  async pause(): Promise<void> {
    this.#pause ??= { begun: Promise.withResolvers(), ended: Promise.withResolvers() };
    this.#interrupt.abort();
    if (this.#running !== undefined) await Promise.race([this.#pause.begun.promise, this.#running]);
  }

  /** Connects again, if it was paused. */
  resume(): void {
    const pause = this.#pause;
    if (pause === undefined) return;
    this.#pause = undefined;
    this.#interrupt = new AbortController();
    pause.ended.resolve();
  }

  /** Ends the session with the camera and every timer. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.resume();
    await this.#running;
    this.#setState('closed', undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#whilePaused();
      if (signal.aborted) return;
      const interrupt = this.#interrupt.signal;
      const { error, liveMs } = await this.#runSession(interrupt);
      if (signal.aborted) return;
      if (interrupt.aborted) continue;
      this.#urgency = liveMs > 0 ? 'live' : 'failed';
      const waitMs = this.#retry.delayAfter(error.code, liveMs);
      this.#nextRetryAt = Date.now() + waitMs;
      this.#setState(error.code === 'camera-unauthorized' ? 'unauthorized' : 'reconnecting', error);
      await delay(waitMs, undefined, { signal: AbortSignal.any([signal, interrupt]) }).catch(() => {});
      this.#nextRetryAt = undefined;
      this.#reconnects += 1;
    }
  }

  async #whilePaused(): Promise<void> {
    while (this.#pause !== undefined) {
      this.#setState('connecting', undefined);
      this.#pause.begun.resolve();
      await this.#pause.ended.promise;
    }
  }

  async #runSession(interrupt: AbortSignal): Promise<{ error: AppError; liveMs: number }> {
    const session = new Session(this.#timings, this.meter);
    const signal = AbortSignal.any([this.#closing.signal, interrupt, session.stalled]);
    const release = await this.#options.limiter.acquire(this.#urgency, signal);
    try {
      if (signal.aborted) return { error: closed(), liveMs: 0 };
      session.startedAt = performance.now();
      return await this.#options.runSource(
        this.#options.source,
        {
          onTrack: (track) => {
            session.watch((error) => this.#setState('stalled', error));
            this.#options.handlers.onTrack(track);
          },
          onPacket: (packet) => {
            release();
            session.addPacket();
            this.meter.add(packet);
            if (packet.keyframe && !session.hasKeyframe) this.#noteConnected(session);
            // Without a keyframe viewers get nothing; what cannot be decoded is no picture either.
            const isLive = session.hasKeyframe && this.#fault === undefined;
            if (isLive && this.#state !== 'live') this.#setState('live', undefined);
            this.#options.handlers.onPacket(packet);
          },
          // Sound is no sign of life: a camera without pictures is stalled.
          onAudio: (packet) => this.#options.handlers.onAudio?.(packet),
          during: this.#options.handlers.during ?? ((work) => work()),
        },
        signal,
      );
    } catch (error) {
      return { error: session.stallError ?? toCameraError(error), liveMs: session.liveMs };
    } finally {
      release();
      session.end();
      this.#fault = undefined;
      this.meter.endSession();
    }
  }

  #noteConnected(session: Session): void {
    session.hasKeyframe = true;
    this.connectTimes.observe((performance.now() - session.startedAt) / 1000);
  }

  #setState(state: CameraState, reason: AppError | undefined): void {
    this.#state = state;
    this.#reason = reason;
    this.#options.handlers.onState(state, reason);
  }
}

/** One session with the camera, watched for stalls. */
class Session {
  stallError: AppError | undefined;
  hasKeyframe = false;
  /** When the source began to connect. */
  startedAt = performance.now();
  readonly #timings: CameraTimings;
  readonly #meter: StreamMeter;
  readonly #stall = new AbortController();
  #watch: NodeJS.Timeout | undefined;
  #packets = 0;
  #firstPacketAt: number | undefined;
  #lastSignOfLife = performance.now();

  constructor(timings: CameraTimings, meter: StreamMeter) {
    this.#timings = timings;
    this.#meter = meter;
  }

  /** Aborts when the camera has stalled. */
  get stalled(): AbortSignal {
    return this.#stall.signal;
  }

  get liveMs(): number {
    return this.#firstPacketAt === undefined ? 0 : performance.now() - this.#firstPacketAt;
  }

  watch(onStall: (error: AppError) => void): void {
    this.#lastSignOfLife = performance.now();
    this.#watch = setInterval(() => {
      if (performance.now() - this.#lastSignOfLife < this.#limitMs()) return;
      clearInterval(this.#watch);
      this.stallError = new AppError('camera-no-frames', 'The camera is connected but sends no pictures');
      onStall(this.stallError);
      this.#stall.abort();
    }, this.#timings.stallMs / WATCHES_PER_STALL);
  }

  addPacket(): void {
    this.#packets += 1;
    this.#lastSignOfLife = performance.now();
    this.#firstPacketAt ??= this.#lastSignOfLife;
  }

  end(): void {
    clearInterval(this.#watch);
  }

  #limitMs(): number {
    const { stallMs, firstPacketsMs } = this.#timings;
    // One picture so far: a camera of one picture in ten seconds looks like this and is well.
    if (this.#packets > 0 && this.#packets < KNOWN_RATE_PACKETS) return firstPacketsMs;
    return Math.max(stallMs, STALL_INTERVALS * (this.#meter.intervalMs ?? 0));
  }
}

const CAMERA_CODE = /^camera-/;

function toCameraError(error: unknown): AppError {
  if (error instanceof AppError && CAMERA_CODE.test(error.code satisfies ErrorCode)) return error;
  return new AppError('camera-protocol-error', 'The stream of the camera cannot be read', { cause: error });
}

function closed(): AppError {
  return new AppError('camera-disconnected', 'The camera was closed');
}
