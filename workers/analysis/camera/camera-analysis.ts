/** Analysis of one camera: motion always, persons and faces where something moves. */
import type { DetectionsMessage, ResultMessage } from '#shared/detections.ts';
import type { AnalysedCamera } from '#shared/detections-settings.ts';
import type { Logger } from '#shared/logger.ts';
import type { DetectorKind, Finding } from '../detectors/detector.ts';
import type { InferenceClient, InferenceQueue } from '../detectors/inference-queue.ts';
import type { FrameOrigin, LumaRequest } from '../frames/frame-link.ts';
import type { StillPicture } from '../frames/still-pictures.ts';
import type { LumaPicture } from '../motion/luma-picture.ts';
import { MotionWatch } from './motion-watch.ts';
import { ObjectWatch } from './object-watch.ts';
import { SeenObjects } from './seen-objects.ts';
import type { TrackNumbers } from './tracker.ts';

/** Shared by the analyses of all cameras. */
export interface AnalysisDependencies {
  subscribe: (
    from: FrameOrigin,
    request: LumaRequest,
    deliver: (picture: LumaPicture) => void,
  ) => { close(): void };
  fetchStill: (from: FrameOrigin, cameraId: string) => Promise<StillPicture>;
  inference: Pick<InferenceQueue, 'add' | 'wake' | 'has'>;
  numbers: TrackNumbers;
  notify: (message: ResultMessage) => void;
  /** Pictures a second. */
  fps: number;
  log: Logger;
}

/** Width of pictures for motion detection, pixels. */
const LUMA_WIDTH = 320;

/** From start to close. */
export class CameraAnalysis implements InferenceClient {
  readonly camera: AnalysedCamera;
  readonly #dependencies: AnalysisDependencies;
  readonly #motion: MotionWatch;
  readonly #objects: ObjectWatch[];
  readonly #seen: SeenObjects;
  readonly #ends: (() => void)[];
  /** Pictures analysed for motion since the start, and the time it took. */
  readonly counts = { pictures: 0, milliseconds: 0 };

  constructor(camera: AnalysedCamera, dependencies: AnalysisDependencies) {
    const { cameraId, settings, zones } = camera;
    const { numbers, notify, fps, log, fetchStill, inference } = dependencies;
    this.camera = camera;
    this.#dependencies = dependencies;
    const fetch = (): Promise<StillPicture> => fetchStill(camera, cameraId);
    this.#motion = new MotionWatch({ cameraId, settings, zones, numbers, notify, fetch, log });
    const kinds: DetectorKind[] = [
      ...(settings.persons ? (['person'] as const) : []),
      ...(settings.faces ? (['face'] as const) : []),
    ];
    const everyMs = 1000 / fps;
    this.#objects = kinds.map(
      (kind) => new ObjectWatch({ cameraId, kind, settings, zones, numbers, notify, everyMs }),
    );
    this.#seen = new SeenObjects(cameraId);
    const subscription = dependencies.subscribe(camera, { cameraId, fps, width: LUMA_WIDTH }, (picture) =>
      this.#look(picture),
    );
    this.#ends = [() => subscription.close(), inference.add(this)];
  }

  get cameraId(): string {
    return this.camera.cameraId;
  }

  set isMetered(isMetered: boolean) {
    this.#motion.isMetered = isMetered;
  }

  get minScore(): number | undefined {
    return this.camera.settings.minScore;
  }

  wantedKinds(): DetectorKind[] {
    const now = performance.now();
    const { inference } = this.#dependencies;
    return this.#objects
      .filter((watch) => inference.has(watch.kind) && watch.isDue(this.#motion.isMoving, now))
      .map(({ kind }) => kind);
  }

  async fetch(): Promise<StillPicture> {
    const now = performance.now();
    for (const watch of this.#objects) if (watch.isDue(this.#motion.isMoving, now)) watch.begin(now);
    return this.#dependencies.fetchStill(this.camera, this.cameraId);
  }

  take(kind: DetectorKind, findings: Finding[], picture: StillPicture): void {
    const objects = this.#objects.find((watch) => watch.kind === kind)?.take(findings, picture) ?? [];
    this.#notify(this.#seen.put(kind, objects, Math.round(picture.timestamp * 1000)));
  }

  /** Ends events without a recent sighting, even without pictures. @param at Unix milliseconds */
  pass(at: number): void {
    this.#motion.pass(at);
    for (const watch of this.#objects) watch.pass(at);
    this.#dependencies.inference.wake();
  }

  /** Ends every event and releases the camera. */
  close(): void {
    for (const end of this.#ends) end();
    this.#motion.close();
    for (const watch of this.#objects) watch.close();
  }

  #look(picture: LumaPicture): void {
    const begunAt = performance.now();
    const objects = this.#motion.look(picture);
    this.counts.pictures += 1;
    for (const watch of this.#objects) watch.countFrame();
    this.counts.milliseconds += performance.now() - begunAt;
    if (this.camera.settings.motion) {
      this.#notify(this.#seen.put('motion', objects, Math.round(picture.timestamp * 1000)));
    }
    this.#dependencies.inference.wake();
  }

  #notify(message: DetectionsMessage | undefined): void {
    if (message !== undefined) this.#dependencies.notify(message);
  }
}
