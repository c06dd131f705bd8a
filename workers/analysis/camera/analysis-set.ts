/** All analysed cameras, reconciled with the gateway's desired state. */
import type { AnalysedCamera, DesiredAnalysis } from '#shared/detections-settings.ts';
import { type AnalysisDependencies, CameraAnalysis } from './camera-analysis.ts';

const PASS_EVERY_MS = 1000;

/** Owns every analysis of this process. */
export class AnalysisSet {
  readonly #dependencies: AnalysisDependencies;
  readonly #running = new Map<string, CameraAnalysis>();
  readonly #timer: NodeJS.Timeout;

  constructor(dependencies: AnalysisDependencies) {
    this.#dependencies = dependencies;
    this.#timer = setInterval(() => this.#pass(), PASS_EVERY_MS);
  }

  /** Every analysis, in order of its start. */
  list(): CameraAnalysis[] {
    return [...this.#running.values()];
  }

  /** Starts, replaces and ends analyses; unchanged ones continue. */
  apply({ cameras }: DesiredAnalysis): void {
    const wanted = new Map(cameras.map((camera) => [camera.cameraId, camera]));
    for (const [id, running] of this.#running) {
      const camera = wanted.get(id);
      if (camera === undefined || !isSame(camera, running.camera)) this.#end(id);
    }
    for (const [id, camera] of wanted) {
      const running = this.#running.get(id) ?? new CameraAnalysis(camera, this.#dependencies);
      running.isMetered = camera.isMetered;
      this.#running.set(id, running);
    }
  }

  /** Ends everything. */
  close(): void {
    clearInterval(this.#timer);
    for (const id of [...this.#running.keys()]) this.#end(id);
  }

  #end(id: string): void {
    this.#running.get(id)?.close();
    this.#running.delete(id);
  }

  #pass(): void {
    const now = Date.now();
    for (const running of this.#running.values()) running.pass(now);
  }
}

/** Whether the meter is read changes nothing of the analysis: the background stays known. */
function isSame(a: AnalysedCamera, b: AnalysedCamera): boolean {
  const facts = (camera: AnalysedCamera): string => JSON.stringify({ ...camera, isMetered: false });
  return facts(a) === facts(b);
}
