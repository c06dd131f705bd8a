/** Keeps stored which workers record which cameras on disks of their own. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Place, PlaceRepository } from './place-repository.ts';

export interface PlacesOptions {
  repository: Pick<PlaceRepository, 'save' | 'dropOld'>;
  /** What is recorded where now, with the time until which it may stay. */
  present: () => Place[];
  log: Logger;
}

/** Rows are made to last longer this often. */
const EVERY_MS = 15 * 60_000;
const RETRY_MS = 2000;

/** From start to close. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #job: PeriodicJob;
  /** Cameras and workers that were stored. */
  #stored = new Set<string>();

  constructor(options: PlacesOptions) {
    const { repository, present, log } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: async () => {
        const places = present();
        await repository.save(places);
        this.#stored = new Set(places.map(keyOf));
        await repository.dropOld(Date.now());
      },
      onError: (error) =>
        log.warn({ reason: messageOf(error) }, 'could not store which workers record which cameras'),
      everyMs: EVERY_MS,
      retryMs: RETRY_MS,
    });
  }

  start(): void {
    this.#job.start();
  }

  /** Cameras or workers changed. */
  update(): void {
    if (this.#options.present().some((place) => !this.#stored.has(keyOf(place)))) this.#job.runNow();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }
}

function keyOf({ cameraId, worker }: Place): string {
  return `${cameraId} ${worker}`;
}
