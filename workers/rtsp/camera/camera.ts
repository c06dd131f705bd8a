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
import type { Media } from '../pictures/media.ts';
import { notedMedia } from '../pictures/noted-media.ts';
import type { Picture } from '../pictures/picture.ts';
import { newPictureCounters } from '../pictures/picture-counters.ts';
import type { PictureHub } from '../pictures/picture-hub.ts';
import { PicturePipeline, type StreamFacts } from '../pictures/picture-pipeline.ts';
import { noFrameYet } from '../pictures/snapshot-requests.ts';
import type { RunSource } from '../source/run-source.ts';
import { CameraConnection, type CameraState, type CameraTimings } from './camera-connection.ts';
import type { ConnectLimiter, Urgency } from './connect-limiter.ts';
import { PictureLimit } from './picture-limit.ts';

export interface CameraDependencies {
  runSource: RunSource;
  media: Media;
  limiter: ConnectLimiter;
  redactor: Redactor;
  log: Logger;
  timings?: CameraTimings;
  /** Pixels of one picture: cameras with larger ones are refused. */
  maxPixels?: number;
  /** Where work on each camera is noted for the supervisor. */
  trail?: WorkTrail;
  /** This worker is for cameras that broke others. */
  isQuarantine?: boolean;
}

/** Pictures of a camera: more than any sends, and a burst of what waited in a network. */
const PICTURES = { perSecond: 240, burst: 600 };

/** A camera from its creation to its close. */
export class Camera {
  readonly id: string;
  readonly source: CameraSource;
  readonly counters = newPictureCounters();
  readonly connection: CameraConnection;
  readonly #dependencies: CameraDependencies;
  readonly #forgetSecrets: (() => void)[];
  readonly #gop = new GopCache();
  readonly #limit: PictureLimit;
  readonly #work: TrailSubject;
  readonly #rate = new TokenBucket(PICTURES);
  readonly #origin: { track: VideoTrack | undefined; gop: GopCache } = { track: undefined, gop: this.#gop };
  readonly #firstPacket = Promise.withResolvers<void>();
  #hub: PictureHub | undefined;
  #packetHub: PacketHub | undefined;
  #pipeline: PicturePipeline | undefined;
  #closingPipelines: Promise<void> = Promise.resolve();
  #size: { width: number; height: number } | undefined;

  constructor(id: string, source: CameraSource, dependencies: CameraDependencies) {
    this.id = id;
    this.source = source;
    this.#dependencies = dependencies;
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
    return this.snapshot(format);
  }

  /** The newest picture. @param signal ends the wait @throws AppError `no-frame-yet`, `worker-busy` */
  async snapshot(format: PictureFormat, signal?: AbortSignal): Promise<Picture> {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) throw noFrameYet();
    return pipeline.snapshot(format, signal);
  }

  /** Whether it runs apart from the others, since it broke workers. */
  get isQuarantined(): boolean {
    return this.#dependencies.isQuarantine === true;
  }

  get codec(): string | undefined {
    return this.#origin.track?.codec;
  }

  /** Size of the camera's pictures, pixels; known once one was decoded. */
  get size(): { width: number; height: number } | undefined {
    return this.#size;
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
    this.#firstPacket.reject(new AppError('camera-replaced', 'The camera was replaced or removed meanwhile'));
    await this.connection.close();
    this.#closePipeline();
    await this.#closingPipelines;
    this.#gop.clear();
    this.#work.close();
    for (const forget of this.#forgetSecrets) forget();
  }

  #onTrack(track: VideoTrack): void {
    this.#limit.begin(track);
    this.#closePipeline();
    this.#gop.clear();
    this.#origin.track = track;
    this.#packetHub?.announce(this.#origin);
    const { media, log } = this.#dependencies;
    this.#pipeline = new PicturePipeline({
      cameraId: this.id,
      track,
      gop: this.#gop,
      stream: streamFacts(this.connection),
      media: notedMedia(media, this.#work),
      counters: this.counters,
      onSize: (size) => {
        this.#size = size;
      },
      log,
    });
    if (this.#hub !== undefined) this.#pipeline.attach(this.#hub);
  }

  #onPacket(packet: Packet): void {
    if (!this.#rate.take()) throw tooManyPictures();
    this.#limit.check(packet);
    const { meter } = this.connection;
    const previousInterval = meter.keyframeIntervalMs;
    const sequenced = { ...packet, sequence: meter.packets };
    this.#gop.push(sequenced);
    this.#packetHub?.publish(this.#origin, sequenced);
    if (packet.keyframe) this.#firstPacket.resolve();
    if (packet.keyframe && previousInterval !== undefined) this.#pipeline?.updateDemand();
    this.#pipeline?.wake();
  }

  #onState(state: CameraState, reason: AppError | undefined): void {
    if (reason !== undefined) this.#firstPacket.reject(reason);
    const facts = { cameraId: this.id, state, reason: reason?.code, detail: reason?.message };
    if (reason === undefined) this.#dependencies.log.info(facts, 'camera state');
    else this.#dependencies.log.warn(facts, 'camera state');
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
