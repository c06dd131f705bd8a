/** One camera of this worker: its connection, the packets of now, and the pictures made on demand. */
import { type CameraSource, secretsOf } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import type { Logger } from '#shared/logger.ts';
import type { Packet, VideoTrack } from '#shared/media/packet.ts';
import type { Redactor } from '#shared/redact.ts';
import { type TrailSubject, WorkTrail } from '../../host/work-trail.ts';
import { GopCache } from '../packets/gop-cache.ts';
import type { PacketHub } from '../packets/packet-hub.ts';
import type { PacketMemory } from '../packets/packet-memory.ts';
import type { DecoderBudget } from '../pictures/decoder-budget.ts';
import { decoderBytes } from '../pictures/decoder-seat.ts';
import type { Media } from '../pictures/media.ts';
import { notedMedia } from '../pictures/noted-media.ts';
import type { Picture } from '../pictures/picture.ts';
import { newPictureCounters } from '../pictures/picture-counters.ts';
import type { PictureHub } from '../pictures/picture-hub.ts';
import { PicturePipeline } from '../pictures/picture-pipeline.ts';
import type { Slowed, StreamFacts } from '../pictures/pipeline-options.ts';
import { noFrameYet } from '../pictures/snapshot-requests.ts';
import type { RunSource } from '../source/run-source.ts';
import { CameraConnection, type CameraState, type CameraTimings } from './camera-connection.ts';
import type { ConnectLimiter, Urgency } from './connect-limiter.ts';
import { PictureLimit } from './picture-limit.ts';
import type { FetchStill } from './still-pictures.ts';

export interface CameraDependencies {
  runSource: RunSource;
  media: Media;
  limiter: ConnectLimiter;
  redactor: Redactor;
  log: Logger;
  timings?: CameraTimings;
  /** Where packets are kept that no client watches; by default each camera has its own. */
  memory?: PacketMemory;
  /** Asks cameras with a still address for a picture. */
  fetchStill?: FetchStill;
  /** Added to the numbers of frames. */
  firstSequence?: number;
  /** Called after each change of the connection's state. */
  onState?: (camera: Camera) => void;
  /** Called when its decoder found no memory. */
  onMemoryShort?: (camera: Camera) => void;
  /** Pixels of one picture: cameras with larger ones are refused. */
  maxPixels?: number;
  /** Where work on each camera is noted for the supervisor. */
  trail?: WorkTrail;
  /** Memory of the decoders of all cameras. */
  decoders?: DecoderBudget;
  /** This worker is for cameras that broke others. */
  isQuarantine?: boolean;
}

/** Pictures of a camera: more than any sends, and a burst of what waited in a network. */
const PICTURES = { perSecond: 240, burst: 600 };
/** A camera is undecodable after this time, milliseconds, and this many packets without a picture. */
const UNDECODABLE_MS = 3000;
const UNDECODABLE_PACKETS = 5;

/** A camera from its creation to its close. */
export class Camera {
  readonly id: string;
  readonly source: CameraSource;
  readonly counters = newPictureCounters();
  readonly connection: CameraConnection;
  readonly #dependencies: CameraDependencies;
  readonly #forgetSecrets: (() => void)[];
  readonly #gop: GopCache;
  readonly #limit: PictureLimit;
  readonly #work: TrailSubject;
  readonly #rate = new TokenBucket(PICTURES);
  readonly #origin: { track: VideoTrack | undefined; gop: GopCache };
  readonly #firstPacket = Promise.withResolvers<void>();
  #hub: PictureHub | undefined;
  #packetHub: PacketHub | undefined;
  #pipeline: PicturePipeline | undefined;
  #closingPipelines: Promise<void> = Promise.resolve();
  #size: { width: number; height: number } | undefined;
  #nextPacket: PromiseWithResolvers<void> | undefined;
  /** When the last picture was decoded, and how many packets had been. */
  #lastDecoded = { at: performance.now(), packets: 0 };

  constructor(id: string, source: CameraSource, dependencies: CameraDependencies) {
    this.id = id;
    this.source = source;
    this.#dependencies = dependencies;
    this.#gop = new GopCache(dependencies.memory);
    this.#origin = { track: undefined, gop: this.#gop };
    this.#limit = new PictureLimit(dependencies.maxPixels);
    this.#work = (dependencies.trail ?? new WorkTrail(undefined)).subject(id);
    this.#forgetSecrets = secretsOf(source).map((secret) => dependencies.redactor.add(secret));
    this.#firstPacket.promise.catch(() => {});
    this.connection = new CameraConnection({
      source,
      runSource: dependencies.runSource,
      limiter: dependencies.limiter,
      ...(dependencies.timings === undefined ? {} : { timings: dependencies.timings }),
      handlers: {
        onTrack: (track) => this.#work.during(() => this.#onTrack(track)),
        onPacket: (packet) => this.#work.during(() => this.#onPacket(packet)),
        onAudio: (packet) => this.#work.during(() => this.#packetHub?.publishAudio(this.#origin, packet)),
        during: (work) => this.#work.during(work),
        onState: (state, reason) => this.#onState(state, reason),
      },
    });
  }

  /** Connects, and reconnects until closed. @param urgency of the first attempt */
  start(urgency?: Urgency): void {
    this.connection.start(urgency);
  }

  /** Gives pictures and packets to the hubs' viewers; a camera is attached once. */
  attach(hub: PictureHub, packetHub: PacketHub): void {
    this.#hub = hub;
    this.#packetHub = packetHub;
    packetHub.attach(this.#origin);
    this.#pipeline?.attach(hub);
  }

  /** The first picture of this camera. @throws AppError of the first failure to connect */
  async firstPicture(format: PictureFormat): Promise<Picture> {
    await this.#firstPacket.promise;
    const startedAt = performance.now();
    for (;;) {
      const picture = await this.snapshot(format).catch((error: unknown) => {
        // Damaged pictures may come first, and a recovery point is followed by some that show nothing.
        const isEarly =
          error instanceof AppError && ['no-frame-yet', 'camera-undecodable'].includes(error.code);
        if (isEarly) return undefined;
        throw error;
      });
      if (picture !== undefined) return picture;
      if (performance.now() - startedAt > UNDECODABLE_MS) throw undecodable();
      this.#nextPacket = Promise.withResolvers();
      await this.#nextPacket.promise;
    }
  }

  /** The newest picture. @param signal ends the wait @throws AppError `no-frame-yet`, `worker-busy` */
  async snapshot(format: PictureFormat, signal?: AbortSignal): Promise<Picture> {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) throw noFrameYet();
    return pipeline.snapshot(format, signal).catch((error: unknown) => {
      throw this.#isUndecodable() ? undecodable() : error;
    });
  }

  /** Whether it runs apart from the others, since it broke workers. */
  get isQuarantined(): boolean {
    return this.#dependencies.isQuarantine === true;
  }

  get codec(): string | undefined {
    return this.#origin.track?.codec;
  }

  /** Size of the camera's pictures, pixels: of those decoded, else as its parameter sets say. */
  get size(): { width: number; height: number } | undefined {
    return this.#size ?? this.#limit.size;
  }

  /** Why viewers get fewer or lesser pictures than they asked for. */
  get slowed(): Slowed | undefined {
    return this.#pipeline?.slowed;
  }

  /** Whether a decoder of its pictures would find memory now, after those that are idle gave theirs back. */
  makeDecoderRoom(): boolean {
    return this.#dependencies.decoders?.makeRoom(decoderBytes(this.#pixels)) ?? true;
  }

  /** Viewers of all transports, our own analysis and recording. */
  get subscribers(): number {
    return (this.#hub?.subscribers ?? 0) + (this.#packetHub?.subscribers ?? 0);
  }

  /** Viewers of all transports. */
  get viewers(): number {
    return (this.#hub?.viewers ?? 0) + (this.#packetHub?.viewers ?? 0);
  }

  /** Tells packet subscribers that the camera was removed. */
  announceRemoval(): void {
    this.#packetHub?.remove(this.#origin);
  }

  /** Ends everything and frees all native memory. */
  async close(): Promise<void> {
    this.#hub?.detach();
    this.#hub = undefined;
    const replaced = new AppError('camera-replaced', 'The camera was replaced or removed meanwhile');
    this.#firstPacket.reject(replaced);
    this.#nextPacket?.reject(replaced);
    await this.connection.close();
    this.#closePipeline();
    await this.#closingPipelines;
    this.#gop.clear();
    this.#work.close();
    for (const forget of this.#forgetSecrets) forget();
  }

  get #pixels(): number | undefined {
    return this.size && this.size.width * this.size.height;
  }

  #onTrack(track: VideoTrack): void {
    this.#limit.begin(track);
    this.#closePipeline();
    this.#gop.clear();
    this.#origin.track = track;
    this.#packetHub?.announce(this.#origin);
    const { media, decoders, log } = this.#dependencies;
    this.#pipeline = new PicturePipeline({
      cameraId: this.id,
      track,
      gop: this.#gop,
      stream: streamFacts(this.connection),
      media: notedMedia(media, this.#work),
      counters: this.counters,
      budget: decoders,
      pixels: () => this.#pixels,
      onSize: (size) => {
        this.#size = size;
        this.#lastDecoded = { at: performance.now(), packets: this.counters.decoded };
        this.connection.setFault(undefined);
      },
      // Only now does the pipeline know that it waits.
      onRationed: () => queueMicrotask(() => this.#dependencies.onMemoryShort?.(this)),
      log,
    });
    if (this.#hub !== undefined) this.#pipeline.attach(this.#hub);
  }

  #onPacket(packet: Packet): void {
    if (!this.#rate.take()) throw tooManyPictures();
    this.#limit.check(packet);
    const { meter } = this.connection;
    const previousInterval = meter.keyframeIntervalMs;
    const sequence = meter.packets + (this.#dependencies.firstSequence ?? 0);
    const sequenced = { ...packet, sequence };
    const isTaken = this.viewers > 0 || (this.#packetHub?.subscribers ?? 0) > 0;
    this.#gop.push(sequenced, !isTaken);
    this.#packetHub?.publish(this.#origin, sequenced);
    if (packet.keyframe) this.#firstPacket.resolve();
    if (packet.keyframe && previousInterval !== undefined) this.#pipeline?.updateDemand();
    this.#pipeline?.wake();
    if (this.#isUndecodable()) this.connection.setFault(undecodable());
    this.#nextPacket?.resolve();
  }

  /** Whether pictures are decoded for viewers all the time, and none comes out. */
  #isUndecodable(): boolean {
    const { at, packets } = this.#lastDecoded;
    const isTried = this.counters.decoded - packets >= UNDECODABLE_PACKETS;
    return isTried && performance.now() - at > UNDECODABLE_MS;
  }

  #onState(state: CameraState, reason: AppError | undefined): void {
    if (reason !== undefined) {
      this.#firstPacket.reject(reason);
      this.#nextPacket?.reject(reason);
    }
    const facts = { cameraId: this.id, state, reason: reason?.code, detail: reason?.message };
    if (reason === undefined) this.#dependencies.log.info(facts, 'camera state');
    else this.#dependencies.log.warn(facts, 'camera state');
    this.#dependencies.onState?.(this);
  }

  #closePipeline(): void {
    const pipeline = this.#pipeline;
    this.#pipeline = undefined;
    if (pipeline !== undefined)
      this.#closingPipelines = Promise.all([this.#closingPipelines, pipeline.close()]).then(() => {});
  }
}

function tooManyPictures(): AppError {
  return new AppError(
    'camera-sends-too-much',
    `The camera sends more than ${PICTURES.perSecond} pictures a second`,
  );
}

const undecodable = (): AppError =>
  new AppError('camera-undecodable', 'The camera sends packets, but no picture can be decoded');

function streamFacts(connection: CameraConnection): StreamFacts {
  return {
    get isLive() {
      return connection.state === 'live';
    },
    get keyframeIntervalMs() {
      return connection.meter.keyframeIntervalMs;
    },
  };
}
