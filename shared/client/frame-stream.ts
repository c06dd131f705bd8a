/**
 * Frames of all watched cameras over one WebSocket. Desired and actual subscriptions are
 * compared after every change, so that connect, reconnect, pause and resume are one code
 * path.
 */
import { CameraInquiry } from './camera-inquiry.ts';
import {
  type CameraWatch,
  type FrameConsumer,
  mergeSubscriptions,
  type Subscription,
  Watch,
  type WatchOptions,
} from './camera-watch.ts';
import { parseMessage } from './frame.ts';
import { FrameLink, type FrameLinkOptions, type LinkTimings } from './frame-link.ts';
import type { NetworkWatch, Visibility } from './platform.ts';
import { isFresh } from './watch-state.ts';

/** Times of the stream, milliseconds. */
export interface StreamTimings extends LinkTimings {
  /** Interval of the checks for silence and age. */
  tickMs: number;
  /** Between two inquiries about a silent camera. */
  inquiryMs: number;
}

/** `binary` carries pictures, `notify` only their addresses. */
export type FrameEncoding = 'binary' | 'notify';

export interface FrameStreamOptions extends Pick<FrameLinkOptions, 'http' | 'openSocket' | 'random'> {
  encoding: FrameEncoding;
  visibility: Visibility;
  network: NetworkWatch;
  /** Default: the usual ones. */
  timings?: Partial<StreamTimings> | undefined;
}

const TIMINGS: StreamTimings = {
  openMs: 10_000,
  silenceMs: 10_000,
  pongMs: 5000,
  stableMs: 10_000,
  tickMs: 500,
  inquiryMs: 3000,
};

/** The frames of one gateway. */
export class FrameStream {
  readonly #options: FrameStreamOptions;
  readonly #timings: StreamTimings;
  readonly #link: FrameLink;
  readonly #inquiry: CameraInquiry;
  readonly #watches = new Map<string, Set<Watch>>();
  /** Actual subscriptions by camera. */
  readonly #actual = new Map<string, Subscription>();
  #isPaused = false;
  #ends: (() => void)[] = [];

  constructor(options: FrameStreamOptions) {
    const { http, openSocket, random } = options;
    this.#options = options;
    this.#timings = { ...TIMINGS, ...options.timings };
    this.#link = new FrameLink({
      http,
      openSocket,
      random,
      timings: this.#timings,
      onOpen: () => this.#reconcile(),
      onData: (data) => this.#heard(data),
      onChange: () => this.#linkChanged(),
    });
    this.#inquiry = new CameraInquiry(http, this.#timings.inquiryMs, (cameraId, fault) => {
      for (const watch of this.#watchesOf(cameraId)) watch.blame(fault);
    });
  }

  /** Starts to watch a camera. */
  watch(cameraId: string, options: WatchOptions, onFrame: FrameConsumer): CameraWatch {
    const watch = new Watch(cameraId, options, onFrame, {
      isPaused: () => this.#isAsleep(),
      fault: () => this.#link.fault,
      onChange: (changed) => this.#changed(changed),
    });
    const others = this.#watches.get(cameraId) ?? new Set();
    this.#watches.set(cameraId, others.add(watch));
    this.#reconcile();
    return watch;
  }

  /** Closes the connection until resumed; viewers stay. */
  pause(): void {
    this.#isPaused = true;
    this.#reconcile();
  }

  resume(): void {
    this.#isPaused = false;
    this.#reconcile();
  }

  /** Closes every viewer. */
  close(): void {
    for (const watch of this.#all()) watch.close();
  }

  #all(): Watch[] {
    return [...this.#watches.values()].flatMap((watches) => [...watches]);
  }

  /** Unpaused viewers of a camera. */
  #watchesOf(cameraId: string): Watch[] {
    return [...(this.#watches.get(cameraId) ?? [])].filter(({ subscription }) => subscription !== undefined);
  }

  #isAsleep(): boolean {
    return this.#isPaused || !this.#options.visibility.isVisible();
  }

  #changed(watch: Watch): void {
    const watches = this.#watches.get(watch.cameraId);
    if (watch.state.kind === 'closed') watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(watch.cameraId);
    this.#reconcile();
  }

  /** Reconciles the subscriptions with the viewers. */
  #reconcile(): void {
    this.#attend();
    const desired = this.#desired();
    if (desired.size > 0) this.#link.want(true);
    else queueMicrotask(() => this.#letGo());
    if (this.#link.isOpen) this.#subscribe(desired);
    else this.#actual.clear();
    this.#refreshAll();
  }

  /** Delayed: a screen that changes cameras closes one before it opens the next. */
  #letGo(): void {
    if (this.#desired().size > 0) return;
    this.#link.want(false);
    this.#actual.clear();
  }

  #desired(): Map<string, Subscription> {
    if (this.#isAsleep()) return new Map();
    const entries = [...this.#watches].flatMap(([cameraId, watches]): [string, Subscription][] => {
      const subscription = mergeSubscriptions(watches);
      return subscription === undefined ? [] : [[cameraId, subscription]];
    });
    return new Map(entries);
  }

  /** Listens and ticks only while there are viewers, so that a Node process can exit. */
  #attend(): void {
    const isNeeded = this.#watches.size > 0;
    if (isNeeded === this.#ends.length > 0) return;
    if (!isNeeded) {
      for (const end of this.#ends.splice(0)) end();
      return;
    }
    const ticker = setInterval(() => this.#tick(), this.#timings.tickMs);
    this.#ends = [
      () => clearInterval(ticker),
      this.#options.visibility.onChange(() => this.#reconcile()),
      this.#options.network((isOnline) => {
        if (isOnline) this.#link.hurry();
      }),
    ];
  }

  #subscribe(desired: Map<string, Subscription>): void {
    for (const cameraId of [...this.#actual.keys()].filter((id) => !desired.has(id))) {
      this.#link.send({ action: 'unsubscribe', cameraId });
      this.#actual.delete(cameraId);
      this.#inquiry.end(cameraId);
    }
    const { encoding } = this.#options;
    for (const [cameraId, subscription] of desired) {
      if (JSON.stringify(this.#actual.get(cameraId)) === JSON.stringify(subscription)) continue;
      this.#link.send({ action: 'subscribe', cameraId, multiple: true, encoding, ...subscription });
      this.#actual.set(cameraId, subscription);
      this.#inquiry.begin(cameraId);
    }
  }

  #linkChanged(): void {
    if (!this.#link.isOpen) this.#actual.clear();
    this.#refreshAll();
  }

  #heard(data: unknown): void {
    const message = parseMessage(data, this.#options.http.baseUrl);
    if (message?.type === 'frame') {
      this.#link.proved();
      const { frame } = message;
      const rate = this.#actual.get(frame.cameraId)?.fps ?? 0;
      for (const watch of this.#watchesOf(frame.cameraId)) watch.take(frame, rate);
    } else if (message?.type === 'detections') {
      for (const watch of this.#watchesOf(message.detections.cameraId)) watch.detected(message.detections);
    } else if (message?.type === 'error' && message.cameraId !== undefined) {
      const fault = { code: message.code, message: message.message, hint: undefined };
      for (const watch of this.#watchesOf(message.cameraId)) watch.blame(fault);
    }
  }

  #tick(): void {
    this.#link.check();
    this.#refreshAll();
    if (!this.#link.isOpen) return;
    for (const [cameraId, { fps }] of this.#actual) {
      const isAnyOld = this.#watchesOf(cameraId).some(({ state: { ageMs } }) => !isFresh({ ageMs, fps }));
      if (isAnyOld) void this.#inquiry.ask(cameraId);
    }
  }

  #refreshAll(): void {
    for (const watch of this.#all()) watch.refresh();
  }
}
