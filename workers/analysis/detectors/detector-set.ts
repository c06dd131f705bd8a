/** The detectors of this worker, loaded once in the background; a failed one is off and reports why. */
import type { AnalysisHealth, DetectorHealth } from '#shared/detections.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Detector, DetectorKind } from './detector.ts';

export interface DetectorSetOptions {
  /** Configured models by kind; undefined if off. */
  models: Record<DetectorKind, string | undefined>;
  /** Loads one. @throws Error with a sentence for the operator */
  load: (kind: DetectorKind, model: string) => Promise<Detector>;
  /** Called after every change of {@link DetectorSet.health}. */
  onChange: () => void;
  log: Logger;
}

const VARIABLES: Record<DetectorKind, string> = { person: 'PERSON_MODEL', face: 'FACE_MODEL' };

/** Detectors by kind. */
export class DetectorSet {
  readonly ready = new Map<DetectorKind, Detector>();
  readonly #options: DetectorSetOptions;
  readonly #health: AnalysisHealth['detectors'];

  constructor(options: DetectorSetOptions) {
    this.#options = options;
    const initial = (kind: DetectorKind): DetectorHealth =>
      options.models[kind] === undefined
        ? { state: 'off', reason: `${VARIABLES[kind]} is off` }
        : { state: 'loading' };
    this.#health = { person: initial('person'), face: initial('face') };
  }

  /** Health of each detector. */
  health(): AnalysisHealth['detectors'] {
    return this.#health;
  }

  /** Loads the configured detectors; resolves when each is ready or off. */
  async load(): Promise<void> {
    await Promise.all((['person', 'face'] as const).map((kind) => this.#loadOne(kind)));
  }

  async #loadOne(kind: DetectorKind): Promise<void> {
    const { models, load, log, onChange } = this.#options;
    const model = models[kind];
    if (model === undefined) return;
    try {
      const detector = await load(kind, model);
      this.ready.set(kind, detector);
      this.#health[kind] = detector.health;
      log.info({ kind, ...detector.health }, 'detector is ready');
    } catch (error) {
      this.#health[kind] = { state: 'off', reason: messageOf(error) };
      log.error({ kind, reason: messageOf(error) }, 'detector is off');
    }
    onChange();
  }
}
