/** The recorders of a worker: one for each camera of which something is kept. */
import type { WebSocket } from 'ws';
import type { RecorderStatus } from '#shared/contract/status.ts';
import { AppError } from '#shared/errors.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import type { DesiredRecording, RecorderMessage, StoreOrder } from '#shared/recording-link.ts';
import type { Archive } from '../../archive/archive.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import type { Media } from '../../pictures/media.ts';
import type { Picture } from '../../pictures/picture.ts';
import { CameraRecorder, type SegmentLimits } from './camera-recorder.ts';
import type { Clocks } from './chunker.ts';
import { KeptPictures } from './kept-pictures.ts';
import { RingBudget } from './memory-ring.ts';
import type { SegmentFolder } from './segment-file.ts';

export interface RecordersOptions {
  cameras: Pick<CameraSet, 'subscribePackets'>;
  folder: SegmentFolder;
  media: Media;
  /** Of all rings together. */
  ringBytes: number;
  /** Looks after the segments; undefined where the gateway does. */
  archive?: Pick<Archive, 'take' | 'apply' | 'keepClip'> | undefined;
  log: Logger;
  clocks?: Clocks;
  limits?: Partial<SegmentLimits>;
}

/** Closed segments that wait for a gateway; older ones it finds in the folder. */
const MAX_WAITING = 1000;

/** Owns every recorder of this process. */
export class Recorders {
  readonly #options: RecordersOptions;
  readonly #budget: RingBudget;
  readonly #pictures: KeptPictures;
  readonly #recorders = new Map<string, CameraRecorder>();
  readonly #listeners = new Set<WebSocket>();
  /** Newest message about each segment that is open, by camera and name. */
  readonly #open = new Map<string, RecorderMessage>();
  #waiting: RecorderMessage[] = [];
  #desired: readonly DesiredRecording[] = [];

  constructor(options: RecordersOptions) {
    this.#options = options;
    this.#budget = new RingBudget(options.ringBytes);
    this.#pictures = new KeptPictures(options.media);
  }

  /** Ids of the cameras of which something is kept. */
  get cameraIds(): string[] {
    return [...this.#recorders.keys()];
  }

  /** What was wanted last. */
  get desired(): readonly DesiredRecording[] {
    return this.#desired;
  }

  /** What the recorder of a camera does; undefined where nothing is kept of it. */
  statusOf(cameraId: string): RecorderStatus | undefined {
    return this.#recorders.get(cameraId)?.status;
  }

  /** Bytes in memory. */
  get ringBytes(): number {
    return this.#budget.bytes;
  }

  /** Replaces the desired state; resolves when recorders that are no longer wanted have closed their files. */
  async apply(desired: readonly DesiredRecording[]): Promise<void> {
    this.#desired = desired;
    await this.#options.archive?.apply(desired);
    const wanted = new Map(desired.map((camera) => [camera.cameraId, camera]));
    const needless = this.cameraIds.filter((id) => !wanted.has(id));
    for (const camera of desired) this.#recorderOf(camera.cameraId).apply(camera);
    await Promise.all(needless.map((id) => this.#end(id)));
  }

  /** @throws AppError `camera-not-found` where nothing is kept of the camera */
  store(cameraId: string, { clip, ...order }: StoreOrder): void {
    if (clip !== undefined) this.#options.archive?.keepClip({ cameraId, ...clip });
    const recorder = this.#recorders.get(cameraId);
    if (recorder === undefined)
      throw new AppError('camera-not-found', `Nothing is kept of camera ${cameraId}`);
    recorder.store(order);
  }

  /**
   * A picture of a time that is in memory.
   * @param at Unix milliseconds
   * @throws AppError `not-found` where nothing is kept of that time, `no-frame-yet` where it cannot be decoded
   */
  async picture(cameraId: string, at: number, format: PictureFormat): Promise<Picture> {
    const group = this.#recorders.get(cameraId)?.groupUntil(at);
    if (group === undefined)
      throw new AppError('not-found', `Nothing is kept of camera ${cameraId} at that time`);
    return this.#pictures.picture(cameraId, group, format);
  }

  /** Tells a gateway what happens, first what it may have missed. */
  readonly serveFeed = (socket: WebSocket): void => {
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'recorder feed failed'));
    socket.on('close', () => this.#listeners.delete(socket));
    this.#listeners.add(socket);
    const states = [...this.#recorders.values()].map(({ message }) => message);
    for (const message of [...this.#waiting, ...this.#open.values(), ...states])
      socket.send(JSON.stringify(message));
    this.#waiting = [];
  };

  /** Closes every file. */
  async close(): Promise<void> {
    await Promise.all(this.cameraIds.map((id) => this.#end(id)));
  }

  #recorderOf(cameraId: string): CameraRecorder {
    const known = this.#recorders.get(cameraId);
    if (known !== undefined) return known;
    const { cameras } = this.#options;
    const recorder = new CameraRecorder({
      ...this.#options,
      cameraId,
      budget: this.#budget,
      subscribe: (subscriber) => cameras.subscribePackets(cameraId, subscriber),
      notify: (message) => this.#notify(message),
    });
    this.#recorders.set(cameraId, recorder);
    recorder.start();
    return recorder;
  }

  async #end(cameraId: string): Promise<void> {
    const recorder = this.#recorders.get(cameraId);
    this.#recorders.delete(cameraId);
    await recorder?.close();
  }

  #notify(message: RecorderMessage): void {
    const { archive } = this.#options;
    if (message.type === 'segment' && archive !== undefined) {
      archive.take(message);
      return;
    }
    if (message.type === 'segment') this.#remember(message);
    const text = JSON.stringify(message);
    for (const socket of this.#listeners) socket.send(text);
  }

  #remember(message: Extract<RecorderMessage, { type: 'segment' }>): void {
    const key = `${message.segment.cameraId}/${message.segment.file}`;
    if (message.isOpen) this.#open.set(key, message);
    else {
      this.#open.delete(key);
      if (this.#listeners.size === 0) this.#waiting = [...this.#waiting, message].slice(-MAX_WAITING);
    }
  }
}
