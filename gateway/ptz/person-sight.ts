/** Finds persons by detection in the analysis worker, which runs for a camera while it is watched here. */
import { AppError } from '#shared/errors.ts';
import type { PersonDetection } from '../analysis/analysis.ts';
import type { Look, Sight } from './sight.ts';

const LABEL = 'person';
/** The analysis worker may have to start, and to load its detector. */
const FIRST_LOOK_MS = 20_000;
/** Pictures without objects are not told: this long after the picture that is asked for, none means there is no person. */
const NOTHING_MS = 3000;

/** Whether an object is found by detection. */
export function isPerson(object: string): boolean {
  return /^(?:a |the )?(?:person|people|persons|human)$/i.test(object);
}

/** See {@link Sight}. */
export class PersonSight implements Sight {
  readonly #detection: PersonDetection;
  /** Whether the detector has found a person before, so that it need not start first. */
  #isWarm = false;

  constructor(detection: PersonDetection) {
    this.#detection = detection;
  }

  async look(
    cameraId: string,
    object: string,
    { since, signal }: { since: number; signal: AbortSignal },
  ): Promise<Look> {
    const { promise, resolve } = Promise.withResolvers<Look | undefined>();
    const end = new AbortController();
    const watching = this.watch(cameraId, object, {
      onLook: (look) => look.takenAt >= since && look.sightings.length > 0 && resolve(look),
      signal: AbortSignal.any([signal, end.signal]),
    });
    const timer = setTimeout(() => resolve(undefined), this.#isWarm ? NOTHING_MS : FIRST_LOOK_MS);
    try {
      const look = await Promise.race([promise, watching.then(() => undefined)]);
      signal.throwIfAborted();
      this.#isWarm ||= look !== undefined;
      return look ?? { takenAt: Date.now(), sightings: [] };
    } finally {
      clearTimeout(timer);
      end.abort();
    }
  }

  async watch(
    cameraId: string,
    _object: string,
    { onLook, signal }: { onLook: (look: Look) => void; signal: AbortSignal },
  ): Promise<void> {
    if (!this.#detection.isOn)
      throw new AppError('object-not-seen', 'Persons are not found while ANALYSIS is off');
    if (signal.aborted) return;
    const end = this.#detection.watchPersons(cameraId, ({ takenAt, objects }) => {
      const persons = objects.filter(({ label }) => label === LABEL);
      const sightings = persons.map(({ box: [x, y, width, height], trackId }) => ({
        x: x + width / 2,
        y: y + height / 2,
        height,
        trackId,
      }));
      if (sightings.length > 0) onLook({ takenAt, sightings });
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await promise;
    } finally {
      end();
    }
  }
}
