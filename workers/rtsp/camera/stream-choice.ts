/**
 * Which of a camera's sources each client gets pictures from: small pictures and analysis come from
 * the sub stream, where there is one, and all others from the main stream, unless memory for decoding it is
 * short. The sub stream is connected while a client wants it; a camera of one session has only one of both
 * connected, chosen by need.
 */
import { isAddressed } from '#shared/camera-source.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { Picture } from '../pictures/picture.ts';
import { PictureHub, type PictureRequest } from '../pictures/picture-hub.ts';
import type { Slowed } from '../pictures/pipeline-options.ts';
import type { Camera, CameraDependencies } from './camera.ts';
import { furtherSources } from './further-sources.ts';
import { OnDemand } from './on-demand.ts';
import { PlacedViewers } from './placed-viewers.ts';
import { SparedMain } from './spared-main.ts';
import type { StillPictures } from './still-pictures.ts';
import { CONNECTED_WITHIN_MS, type StreamStatus, streamStatus } from './stream-status.ts';
import type { SubStream, WantedPicture } from './sub-stream.ts';

/** Time for which the sub stream stays connected without viewers, milliseconds: pages are opened again soon. */
const LINGER_MS = 10_000;
/** A main stream that ends so soon after the sub stream began was ended by it, milliseconds. */
const KICKED_MS = 3000;
/** How long a full picture of a camera of one session is waited for, milliseconds. */
const MAIN_LIVE_MS = 8000;
/** A sub stream that fails while it has the one session gives it back for this long, milliseconds. */
const SUB_FAILED_MS = 60_000;
/** Both, or the one session that a camera allows. */
type Chosen = 'main' | 'sub' | 'both';

export interface StreamChoiceOptions {
  cameraId: string;
  dependencies: CameraDependencies;
  /** Clients of the main stream's packets. */
  packetClients: () => number;
  lingerMs?: number | undefined;
  /** Between two looks whether there is memory again, milliseconds. */
  lookMs?: number | undefined;
}

/** The pictures of one camera, from all its sources. It outlives the camera, as its hubs do. */
export class StreamChoice {
  /** Pictures of the main stream. */
  readonly main = new PictureHub();
  readonly #small = new PictureHub();
  readonly #options: StreamChoiceOptions;
  readonly #viewers = new PlacedViewers((request) => this.#hubFor(request));
  readonly #spared: SparedMain;
  #camera: Camera | undefined;
  #sub: SubStream | undefined;
  #still: StillPictures | undefined;
  /** Where the main stream itself is connected only while clients want it. */
  #demand: OnDemand | undefined;
  /** The camera allows one session only. */
  #isExclusive = false;
  #subLiveAt = Number.NEGATIVE_INFINITY;
  #subUntil = Number.NEGATIVE_INFINITY;
  #mainUntil = Number.NEGATIVE_INFINITY;
  #subFailedUntil = Number.NEGATIVE_INFINITY;
  #mainIsLive = Promise.withResolvers<void>();
  /** Clients wait for the main stream. */
  #waking: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  /** Sessions begin and end one after another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: StreamChoiceOptions) {
    this.#options = options;
    this.#spared = new SparedMain({
      hasRoom: () => this.#camera?.makeDecoderRoom() === true,
      onEnd: () => this.update(),
      lookMs: options.lookMs,
    });
  }

  /** Clients of pictures of all sources, analysis included. */
  get subscribers(): number {
    return this.main.subscribers + this.#small.subscribers;
  }

  /** The same of all transports. */
  subscribersOf(main: Camera): number {
    return main.subscribers + this.#small.subscribers;
  }

  /** Viewers of all transports and sources. */
  viewersOf(main: Camera): number {
    return main.viewers + this.#small.viewers;
  }

  /** Why pictures of the main or the sub stream are fewer or lesser than asked for. */
  slowed(main: Camera): Slowed | undefined {
    const since = this.#viewers.size > 0 ? this.#spared.since : undefined;
    const spared = since === undefined ? undefined : ({ reason: 'memory', since, stream: 'sub' } as const);
    return main.slowed ?? this.#sub?.camera?.slowed ?? spared;
  }

  /** The stream that speaks for the camera: the sub stream while the one session is given to it. */
  shown(main: Camera): Camera {
    const sub = this.#sub?.camera;
    return this.#isExclusive && main.connection.isPaused && sub !== undefined ? sub : main;
  }

  /** Every source of the camera and whether it is connected; undefined where there is the main stream alone. */
  streams(main: Camera): StreamStatus[] | undefined {
    if (this.#sub === undefined && this.#still === undefined) return undefined;
    return [
      streamStatus('main', main),
      ...(this.#sub === undefined ? [] : [streamStatus('sub', this.#sub.camera)]),
      ...(this.#still === undefined ? [] : [streamStatus('still', undefined)]),
    ];
  }

  /** Takes the sources of a camera, in place of the one before; without one, viewers wait. */
  async adopt(camera: Camera | undefined): Promise<void> {
    const [sub, still] = [this.#sub, this.#still];
    this.#camera = camera;
    this.#demand?.close();
    this.#demand = undefined;
    this.#spared.end();
    [this.#sub, this.#still] = [undefined, undefined];
    this.#isExclusive = false;
    this.#subFailedUntil = Number.NEGATIVE_INFINITY;
    this.#viewers.place();
    await Promise.all([sub?.close(), still?.close()]);
    if (camera === undefined || this.#camera !== camera) return;
    this.#open(camera);
    this.update();
  }

  /** Starts delivering pictures, from one source or the other as they come and go. */
  subscribe(request: PictureRequest, deliver: (picture: Picture) => void): { close(): void } {
    const end = this.#viewers.add(request, deliver);
    this.update();
    return {
      close: () => {
        if (end()) this.update();
      },
    };
  }

  /** A recently delivered picture; the numbers of the sources do not overlap. */
  find(sequence: number, format: PictureFormat): Picture | undefined {
    return this.main.find(sequence, format) ?? this.#small.find(sequence, format);
  }

  /** The newest picture. @param signal ends the wait @throws AppError `no-frame-yet`, `worker-busy`, `camera-*` */
  async snapshot(camera: Camera, format: PictureFormat, signal?: AbortSignal): Promise<Picture> {
    const sub = this.#sub?.fits(format) === true ? this.#sub : undefined;
    if (sub?.isLive === true && sub.camera !== undefined) return await sub.camera.snapshot(format, signal);
    if (camera.connection.isPaused && this.#still === undefined) this.#waking ??= this.#wakeMain();
    if (this.#waking !== undefined) await this.#waking;
    const { state, meter } = camera.connection;
    const isFresh = state === 'live' && meter.ageMs() <= CONNECTED_WITHIN_MS;
    if (isFresh || this.#still === undefined) return await camera.snapshot(format, signal);
    // What a still address cannot give, the last picture of the stream may.
    return await this.#still.snapshot(format).catch(() => camera.snapshot(format, signal));
  }

  /** Connects what clients want now, and lets go what they do not. */
  update(): void {
    this.#demand?.update();
    if (this.#viewers.size === 0) this.#spared.end();
    if (this.#sub === undefined || this.#camera === undefined) return;
    this.#viewers.place();
    this.#turn = this.#turn.then(() => this.#apply());
  }

  /** Resolves when a camera that rested is live, or when that takes too long; undefined where it did not rest. */
  get woken(): Promise<void> | undefined {
    return this.#demand?.woken;
  }

  /** The main stream's state changed. */
  onMainState(camera: Camera): void {
    if (this.#camera !== camera) return;
    const { state, reason } = camera.connection;
    if (state === 'live') {
      this.#demand?.onLive();
      this.#mainIsLive.resolve();
    }
    if (this.#sub === undefined) return;
    const isSubNew = performance.now() - this.#subLiveAt < KICKED_MS;
    const isKicked =
      state === 'reconnecting' && this.#sub.isLive && (isSubNew || reason?.code === 'camera-busy');
    if (isKicked) this.#foundExclusive();
  }

  /** The decoder of the main stream found no room: viewers get the sub stream, where there is one. */
  onMemoryShort(camera: Camera): void {
    const isWatched = camera === this.#camera && this.#viewers.size > 0 && camera.slowed !== undefined;
    if (!isWatched || this.#sub === undefined) return;
    this.#spared.begin(Date.now());
    this.update();
  }

  /** Ends the sources; viewers get nothing any more. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    await this.adopt(undefined);
    await this.#turn;
  }

  #open(camera: Camera): void {
    const { cameraId, dependencies, lingerMs = LINGER_MS } = this.#options;
    const { source } = camera;
    if (!isAddressed(source)) return;
    if (source.kind === 'rtsp' && source.isMirror === true)
      this.#demand = new OnDemand(camera.connection, () => this.#isMainWanted(), lingerMs);
    const further = { cameraId, dependencies, hub: this.#small, onSub: () => this.#onSubState() };
    const { sub, still } = furtherSources(source, further);
    [this.#sub, this.#still] = [sub, still];
  }

  #onSubState(): void {
    const sub = this.#sub?.camera?.connection;
    if (sub?.state === 'live' && this.#small.subscribers === 0) this.#subLiveAt = performance.now();
    const isRefused = sub?.state === 'reconnecting' && sub.reason?.code === 'camera-busy';
    if (isRefused && this.#camera?.connection.state === 'live') this.#foundExclusive();
    else if (this.#isExclusive && (sub?.state === 'reconnecting' || sub?.state === 'unauthorized')) {
      this.#subFailedUntil = performance.now() + SUB_FAILED_MS;
      this.update();
    }
    this.#viewers.place();
  }

  #foundExclusive(): void {
    if (this.#isExclusive) return;
    const { cameraId, dependencies } = this.#options;
    dependencies.log.info({ cameraId }, 'the camera allows one session: main and sub stream take turns');
    this.#isExclusive = true;
    this.update();
  }

  async #apply(): Promise<void> {
    const [sub, camera, chosen] = [this.#sub, this.#camera, this.#chosen()];
    if (sub === undefined || camera === undefined) return;
    if (chosen === 'main') await sub.disconnect();
    if (chosen === 'sub') await camera.connection.pause();
    else camera.connection.resume();
    // Between two sessions the need, or the camera, may have changed.
    if (chosen !== 'main' && this.#sub === sub && this.#chosen() === chosen) sub.connect();
  }

  #chosen(): Chosen {
    if (!this.#isSubWanted()) return 'main';
    if (!this.#isExclusive) return 'both';
    const hasFailed = performance.now() < this.#subFailedUntil;
    return hasFailed || this.#isMainWanted() ? 'main' : 'sub';
  }

  #isSubWanted(): boolean {
    const { lingerMs = LINGER_MS } = this.#options;
    const now = performance.now();
    if (this.#viewers.some((request) => this.#fits(request))) this.#subUntil = now + lingerMs;
    if (now < this.#subUntil) this.#updateAt(this.#subUntil);
    return now < this.#subUntil;
  }

  #isMainWanted(): boolean {
    const hasViewers = this.#viewers.some((request) => !this.#fits(request));
    const isKept = performance.now() < this.#mainUntil;
    // Timers count from the start of their turn of the event loop: this one may have fired too early.
    if (isKept) this.#updateAt(this.#mainUntil);
    return hasViewers || this.#options.packetClients() > 0 || isKept;
  }

  /** A client wants a full picture of a camera whose one session the sub stream has. */
  async #wakeMain(): Promise<void> {
    this.#keepMain(MAIN_LIVE_MS);
    this.#mainIsLive = Promise.withResolvers();
    this.update();
    const timer = setTimeout(this.#mainIsLive.resolve, MAIN_LIVE_MS);
    await this.#mainIsLive.promise;
    clearTimeout(timer);
    this.#waking = undefined;
    if (this.#camera?.connection.state === 'live') this.#keepMain(this.#options.lingerMs ?? LINGER_MS);
  }

  #keepMain(forMs: number): void {
    this.#mainUntil = performance.now() + forMs;
    this.#updateAt(this.#mainUntil);
  }

  #updateAt(time: number): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.update(), time - performance.now() + 1).unref();
  }

  /** Whether viewers get the sub stream, once it is live. */
  #fits(wanted: WantedPicture): boolean {
    return this.#sub?.fits(wanted) === true || (this.#sub !== undefined && this.#spared.since !== undefined);
  }

  #hubFor(request: PictureRequest): PictureHub {
    return this.#sub?.isLive === true && this.#fits(request) ? this.#small : this.main;
  }
}
