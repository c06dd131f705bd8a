/** All cameras of a worker and the hubs of everyone who watches, by camera id. */
import { type CameraSource, isAddressed, isSameSource } from '#shared/camera-source.ts';
import type { CameraStatus, RecorderStatus, SlowedStatus } from '#shared/contract/status.ts';
import { AppError } from '#shared/errors.ts';
import { DEFAULT_QUALITY, type PictureFormat } from '#shared/frames/subscription.ts';
import type { CameraTestResult } from '#shared/worker-protocol.ts';
import { PacketHub, type PacketSubscriber, type PacketSubscription } from '../packets/packet-hub.ts';
import type { Picture } from '../pictures/picture.ts';
import type { PictureRequest } from '../pictures/picture-hub.ts';
import { Camera, type CameraDependencies } from './camera.ts';
import { cameraStatus, slowedStatus } from './camera-status.ts';
import { StreamChoice, type StreamChoiceOptions } from './stream-choice.ts';

/** A connect request is always answered within ten seconds. */
const CONNECT_DEADLINE_MS = 9500;
/** Each is a session with a camera and a decoder. */
const MAX_TESTS = 4;
type Deliver = (picture: Picture) => void;
/** In log lines; no camera can be called so. */
const TEST_ID = '(test)';

/** Owns every camera of this process. */
export class CameraSet {
  readonly #dependencies: CameraDependencies;
  readonly #connectDeadlineMs: number;
  readonly #pauses: Pick<StreamChoiceOptions, 'lingerMs' | 'lookMs'>;
  readonly #cameras = new Map<string, Camera>();
  readonly #choices = new Map<string, StreamChoice>();
  readonly #packetHubs = new Map<string, PacketHub>();
  readonly #trials = new Map<string, Camera>();
  readonly #tests = new Set<Camera>();
  /** What is done to record a camera; set where recorders are made. */
  recorderOf: (cameraId: string) => RecorderStatus | undefined = () => undefined;

  /** @param pauses of the choice among streams, milliseconds */
  constructor(
    dependencies: CameraDependencies,
    connectDeadlineMs = CONNECT_DEADLINE_MS,
    pauses: Pick<StreamChoiceOptions, 'lingerMs' | 'lookMs'> = {},
  ) {
    this.#dependencies = dependencies;
    this.#connectDeadlineMs = connectDeadlineMs;
    this.#pauses = pauses;
  }

  /** Every camera, in order of creation. */
  list(): Camera[] {
    return [...this.#cameras.values()];
  }

  /** @throws AppError `camera-not-found` */
  get(id: string): Camera {
    const camera = this.#cameras.get(id);
    if (camera === undefined) throw new AppError('camera-not-found', `No camera ${id}`);
    return camera;
  }

  has(id: string): boolean {
    return this.#cameras.has(id);
  }

  /**
   * Connects a camera and waits for its first picture. A camera of this id goes
   * on until the new one delivers; when that fails, nothing has changed.
   * @throws AppError `camera-*`
   */
  async connect({ cameraId, source }: { cameraId: string; source: CameraSource }): Promise<void> {
    const current = this.#cameras.get(cameraId);
    if (current?.connection.state === 'live' && isSameSource(current.source, source)) return;
    try {
      await this.#install(await this.#try(cameraId, source));
    } catch (error) {
      if (current === undefined || !isBusyBecauseOf(error, current.source, source)) throw error;
      await this.#replaceAtSameHost(current, source);
    }
  }

  /** A camera of one session: the old session ends first, and comes back when the new one fails. */
  async #replaceAtSameHost(current: Camera, source: CameraSource): Promise<void> {
    const { id } = current;
    await current.connection.close();
    try {
      await this.#install(await this.#try(id, source));
    } catch (error) {
      if (this.#cameras.get(id) === current) {
        const again = this.#newCamera(id, current.source);
        await this.#install(again);
        again.start();
      }
      throw error;
    }
  }

  /** Connects a camera beside the one that is there. @returns it with its first picture @throws AppError `camera-*` */
  async #try(cameraId: string, source: CameraSource): Promise<Camera> {
    await this.#trials.get(cameraId)?.close();
    const trial = this.#newCamera(cameraId, source);
    this.#trials.set(cameraId, trial);
    try {
      trial.start('client');
      await this.#firstPictureInTime(trial);
      if (this.#trials.get(cameraId) !== trial)
        throw new AppError('camera-replaced', 'A newer request took over');
      return trial;
    } catch (error) {
      await trial.close();
      throw error;
    } finally {
      if (this.#trials.get(cameraId) === trial) this.#trials.delete(cameraId);
    }
  }

  /**
   * Connects for the time of one picture and keeps nothing; other cameras notice nothing.
   * @param signal aborts it when the client has gone
   * @throws AppError `camera-*`, `worker-busy`
   */
  async test(source: CameraSource, signal: AbortSignal): Promise<CameraTestResult> {
    if (this.#tests.size >= MAX_TESTS) {
      throw new AppError('worker-busy', 'Other cameras are being tested', { retryAfter: 5 });
    }
    const startedAt = performance.now();
    const trial = new Camera(TEST_ID, source, this.#dependencies);
    const end = (): void => void trial.close();
    this.#tests.add(trial);
    signal.addEventListener('abort', end);
    try {
      trial.start('client');
      const { facts } = await this.#firstPictureInTime(trial);
      const size = trial.size ?? { width: facts.width, height: facts.height };
      return { codec: trial.codec ?? '', ...size, ms: Math.round(performance.now() - startedAt) };
    } finally {
      signal.removeEventListener('abort', end);
      this.#tests.delete(trial);
      await trial.close();
    }
  }

  /** Keeps a camera connected, whether it answers now or not; the same source again changes nothing. */
  async put(cameraId: string, source: CameraSource): Promise<void> {
    const current = this.#cameras.get(cameraId);
    if (current !== undefined && isSameSource(current.source, source)) return;
    const camera = this.#newCamera(cameraId, source);
    await this.#install(camera);
    camera.start();
  }

  /** Removes a camera; viewers stay and wait. An unknown id is fine. */
  async remove(cameraId: string): Promise<void> {
    await this.#trials.get(cameraId)?.close();
    const camera = this.#cameras.get(cameraId);
    this.#cameras.delete(cameraId);
    camera?.announceRemoval();
    await Promise.all([camera?.close(), this.#choices.get(cameraId)?.adopt(undefined)]);
    this.#dropUnusedHub(cameraId);
  }

  /** Removes every camera; viewers stay and wait. */
  async removeAll(): Promise<void> {
    await Promise.all([...this.#cameras.keys()].map((id) => this.remove(id)));
  }

  /** Watches a camera that may come later. */
  subscribe(cameraId: string, request: PictureRequest, deliver: Deliver): { close(): void } {
    const subscription = this.#choiceFor(cameraId).subscribe(request, deliver);
    return {
      close: () => {
        subscription.close();
        this.#dropUnusedHub(cameraId);
      },
    };
  }

  /** Takes the compressed packets of a camera that may come later, from the current group of pictures on. */
  subscribePackets(cameraId: string, subscriber: PacketSubscriber): PacketSubscription {
    const subscription = this.#packetHubFor(cameraId).subscribe(subscriber);
    const choice = this.#choices.get(cameraId);
    choice?.update();
    return {
      woken: choice?.woken,
      close: () => {
        subscription.close();
        this.#choices.get(cameraId)?.update();
        this.#dropUnusedHub(cameraId);
      },
    };
  }

  /** The newest picture of a camera. @param signal ends the wait @throws AppError `no-frame-yet`, `worker-busy`, `camera-*` */
  snapshot(camera: Camera, format: PictureFormat, signal?: AbortSignal): Promise<Picture> {
    return this.#choiceFor(camera.id).snapshot(camera, format, signal);
  }

  /** A picture that a viewer got lately. */
  find(cameraId: string, sequence: number, format: PictureFormat): Picture | undefined {
    return this.#choices.get(cameraId)?.find(sequence, format);
  }

  /** Clients of all transports and sources, analysis included. */
  subscribersOf(camera: Camera): number {
    return this.#choices.get(camera.id)?.subscribersOf(camera) ?? camera.subscribers;
  }

  /** How a camera is now, all its sources taken together. */
  statusOf(camera: Camera): CameraStatus {
    const recording = this.recorderOf(camera.id);
    return {
      ...cameraStatus(camera, this.#choices.get(camera.id)),
      ...(recording === undefined ? {} : { recording }),
    };
  }

  /** Cameras of which clients get fewer or lesser pictures than they asked for. @param limit of the list */
  slowed(limit: number): (SlowedStatus & { cameraId: string })[] {
    const all = this.list().flatMap((camera) => {
      const slowed = this.#choices.get(camera.id)?.slowed(camera) ?? camera.slowed;
      return slowed === undefined ? [] : [{ cameraId: camera.id, ...slowedStatus(slowed) }];
    });
    return all.slice(0, limit);
  }

  /** Closes every camera. */
  async close(): Promise<void> {
    const all = [...this.#cameras.values(), ...this.#trials.values(), ...this.#tests];
    this.#cameras.clear();
    const choices = [...this.#choices.values()];
    await Promise.all([...choices, ...all].map((part) => part.close()));
  }

  async #install(camera: Camera): Promise<void> {
    const previous = this.#cameras.get(camera.id);
    this.#cameras.set(camera.id, camera);
    await previous?.close();
    // Someone else may have taken the place while the previous camera closed.
    if (this.#cameras.get(camera.id) !== camera) return await camera.close();
    const choice = this.#choiceFor(camera.id);
    camera.attach(choice.main, this.#packetHubFor(camera.id));
    await choice.adopt(camera);
  }

  async #firstPictureInTime(camera: Camera): Promise<Picture> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(lateError(camera)), this.#connectDeadlineMs);
    try {
      return await Promise.race([camera.firstPicture({ width: undefined, quality: DEFAULT_QUALITY }), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #newCamera(cameraId: string, source: CameraSource): Camera {
    const onState = (camera: Camera): void => this.#choices.get(cameraId)?.onMainState(camera);
    const onMemoryShort = (camera: Camera): void => this.#choices.get(cameraId)?.onMemoryShort(camera);
    return new Camera(cameraId, source, { ...this.#dependencies, onState, onMemoryShort });
  }

  #choiceFor(cameraId: string): StreamChoice {
    const known = this.#choices.get(cameraId);
    if (known !== undefined) return known;
    const choice = new StreamChoice({
      cameraId,
      dependencies: this.#dependencies,
      packetClients: () => this.#packetHubs.get(cameraId)?.subscribers ?? 0,
      ...this.#pauses,
    });
    this.#choices.set(cameraId, choice);
    return choice;
  }

  #packetHubFor(cameraId: string): PacketHub {
    const known = this.#packetHubs.get(cameraId);
    if (known !== undefined) return known;
    const { log } = this.#dependencies;
    const hub = new PacketHub((error) =>
      log.error({ err: error, cameraId }, 'an output of the camera failed'),
    );
    this.#packetHubs.set(cameraId, hub);
    return hub;
  }

  #dropUnusedHub(cameraId: string): void {
    if (this.#cameras.has(cameraId)) return;
    if (this.#choices.get(cameraId)?.subscribers === 0) this.#choices.delete(cameraId);
    if (this.#packetHubs.get(cameraId)?.subscribers === 0) this.#packetHubs.delete(cameraId);
  }
}

/** Whether a camera is busy with the session that the new one shall replace. */
function isBusyBecauseOf(error: unknown, before: CameraSource, after: CameraSource): boolean {
  const isBusy = error instanceof AppError && error.code === 'camera-busy';
  return isBusy && isAddressed(before) && isAddressed(after) && before.host === after.host;
}

function lateError(camera: Camera): AppError {
  return camera.codec === undefined
    ? new AppError('camera-timeout', 'The camera did not answer in time')
    : new AppError('camera-no-frames', 'The camera answers but sent no complete picture in time');
}
