/** Keeps the analysis worker told which cameras to analyse. */
import { ANALYSIS_PATH, type AnalysedCamera } from '#shared/detections-settings.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';

export interface AnalysisReconcilerOptions {
  /** The worker, while it is ready. */
  worker: () => WorkerTarget | undefined;
  desired: () => readonly AnalysedCamera[];
  log: Logger;
  /** Pause after which the desired state is sent again without a change, milliseconds. */
  everyMs?: number;
  /** Pause after a failure, milliseconds. */
  retryMs?: number;
}

const EVERY_MS = 30_000;
const RETRY_MS = 1000;

/** Runs from start to close. The desired state is sent whole, so that sending it twice does no harm. */
export class AnalysisReconciler {
  readonly #options: AnalysisReconcilerOptions;
  readonly #job: PeriodicJob;
  /** What the worker took last; undefined: unknown. */
  #sent: string | undefined;

  constructor(options: AnalysisReconcilerOptions) {
    const { log, everyMs = EVERY_MS, retryMs = RETRY_MS } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: (signal) => this.#send(signal),
      onError: (error) => log.warn({ reason: messageOf(error) }, 'could not update the analysis worker'),
      everyMs,
      retryMs,
    });
  }

  start(): void {
    this.#job.start();
  }

  /** A camera changed: sends the desired state if that differs from what the worker took last. */
  update(): void {
    if (JSON.stringify(this.#options.desired()) !== this.#sent) this.#job.runNow();
  }

  /** A worker became ready: sends the desired state in any case. */
  resend(): void {
    this.#sent = undefined;
    this.#job.runNow();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  async #send(signal: AbortSignal): Promise<void> {
    const worker = this.#options.worker();
    // It is sent as soon as there is a worker.
    if (worker === undefined) return;
    this.#sent = undefined;
    const cameras = this.#options.desired();
    await call(worker, { method: 'PUT', path: ANALYSIS_PATH, json: { cameras }, signal });
    this.#sent = JSON.stringify(cameras);
  }
}

/** Every connected camera with a switch on, or that is watched for persons, where its worker is ready. */
export function desiredAnalysis(
  directory: Pick<CameraDirectory, 'wanted'>,
  routing: Pick<CameraRouting, 'findOwner'>,
  watched: ReadonlyMap<string, number> = new Map(),
): AnalysedCamera[] {
  return directory
    .wanted()
    .map((camera) => (watched.has(camera.id) ? withPersons(camera) : camera))
    .filter(isAnalysed)
    .flatMap(({ id, analysis }) => {
      const worker = routing.findOwner(id);
      if (worker === undefined) return [];
      return [{ cameraId: id, origin: worker.origin, token: worker.token, settings: analysis }];
    });
}

/** Whether a connected camera has a switch on or is watched, so that the analysis worker has to run. */
export function isAnalysisWanted(
  directory: Pick<CameraDirectory, 'wanted'>,
  watched: ReadonlyMap<string, number> = new Map(),
): boolean {
  return directory.wanted().some((camera) => isAnalysed(camera) || watched.has(camera.id));
}

function isAnalysed({ analysis }: Pick<KnownCamera, 'analysis'>): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}

/** Persons are looked for in every picture: a camera that moves tells nothing of motion. */
function withPersons({ id, analysis }: KnownCamera): Pick<KnownCamera, 'id' | 'analysis'> {
  return { id, analysis: { ...analysis, persons: true, everyFrames: 1 } };
}
