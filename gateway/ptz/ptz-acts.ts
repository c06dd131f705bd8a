/** What cameras do with their controls by themselves: centre, follow, tour, go to a preset for a rule. */
import type { z } from 'zod';
import type { PtzTask, ptzCentreSchema, ptzFollowSchema, ptzTourSchema } from '#shared/contract/ptz.ts';
import type { Logger } from '#shared/logger.ts';
import type { PersonDetection } from '../analysis/analysis.ts';
import type { Store } from '../store/store.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { type Centred, centreObject, centrePoint } from './centring.ts';
import { DescribedSight, type FindObjects } from './described-sight.ts';
import { follow } from './following.ts';
import { isPerson, PersonSight } from './person-sight.ts';
import { PtzLink } from './ptz-link.ts';
import { PtzTasks } from './ptz-tasks.ts';
import { SharedTasks, type SharedTasksOptions } from './shared-tasks.ts';
import type { Sight } from './sight.ts';
import { type AskAbout, visit } from './tour.ts';

/** What acting needs. */
export interface PtzActsOptions {
  routing: Pick<CameraRouting, 'resolve' | 'expectKnown' | 'refusalOf'>;
  persons: PersonDetection;
  find: FindObjects;
  ask: AskAbout;
  /** On PostgreSQL, other gateways know of tasks. */
  store: SharedTasksOptions['store'] & Pick<Store, 'engine'>;
  log: Logger;
}

const RULE_ANNOUNCEMENT_S = 3;

/** All cameras. */
export class PtzActs {
  readonly tasks: PtzTasks;
  readonly #options: PtzActsOptions;
  readonly #persons: Sight;
  readonly #described: Sight;

  constructor(options: PtzActsOptions) {
    this.#options = options;
    const { store, log } = options;
    this.tasks = new PtzTasks(log, store.engine === 'postgres' ? new SharedTasks({ store, log }) : undefined);
    this.#persons = new PersonSight(options.persons);
    this.#described = new DescribedSight(options.find);
  }

  /** What a camera does by itself, or did last. @throws AppError `camera-not-found`, `storage-unavailable` */
  async taskOf(cameraId: string): Promise<PtzTask | undefined> {
    this.#options.routing.expectKnown(cameraId);
    return await this.tasks.get(cameraId);
  }

  /** A client moves a camera: ends what it does by itself, at any gateway. */
  async interrupt(cameraId: string): Promise<void> {
    // Clients choose ids: nothing is remembered of a camera that does not exist.
    if (this.#options.routing.refusalOf(cameraId) === undefined) await this.tasks.interrupt(cameraId);
  }

  /** Resolves when the camera has come to rest. @param signal ends it, as when the client leaves @throws AppError */
  async centre(
    cameraId: string,
    { object, point, tolerance }: z.infer<typeof ptzCentreSchema>,
    signal: AbortSignal,
  ): Promise<Centred> {
    const link = await this.#link(cameraId, signal);
    const { ended } = await this.tasks.start({
      cameraId,
      kind: 'centre',
      run: async (ending) => {
        const common = { cameraId, link, signal: AbortSignal.any([ending, signal]) };
        if (point !== undefined) return await centrePoint(point, common);
        const wanted = object as string;
        return await centreObject(wanted, tolerance, { ...common, sight: this.#sightOf(wanted) });
      },
    });
    return await ended;
  }

  /** Starts following. @throws AppError where the camera has no controls */
  async follow(
    cameraId: string,
    { object, seconds, speed, announceSeconds }: z.infer<typeof ptzFollowSchema>,
  ): Promise<PtzTask> {
    const link = await this.#link(cameraId);
    const { task } = await this.tasks.start({
      cameraId,
      kind: 'follow',
      announceSeconds,
      run: async (ending, { phase }) => {
        const limit = AbortSignal.timeout(seconds * 1000);
        const common = { cameraId, link, signal: AbortSignal.any([ending, limit]) };
        const outcome = await follow({
          ...common,
          object,
          speed,
          sight: this.#sightOf(object),
          onPhase: phase,
        });
        return outcome === 'cancelled' && limit.aborted ? 'time-over' : outcome;
      },
      reasonOf: (outcome) => outcome,
    });
    return task;
  }

  /** Starts a tour. @throws AppError where the camera has no controls */
  async tour(
    cameraId: string,
    { presets, question, dwellSeconds, announceSeconds }: z.infer<typeof ptzTourSchema>,
  ): Promise<PtzTask> {
    const link = await this.#link(cameraId);
    const { ask } = this.#options;
    const { task } = await this.tasks.start({
      cameraId,
      kind: 'tour',
      announceSeconds,
      run: (signal, report) =>
        visit({ cameraId, presets, question, dwellSeconds, link, ask, report, signal }),
    });
    return task;
  }

  /** For a rule: announces, then goes to a preset. @throws AppError `ptz-busy` in the cool-down, and as of {@link tour} */
  async goToPreset(cameraId: string, preset: string): Promise<PtzTask> {
    const link = await this.#link(cameraId);
    const { task } = await this.tasks.start({
      cameraId,
      kind: 'preset',
      isAutomatic: true,
      announceSeconds: RULE_ANNOUNCEMENT_S,
      run: (signal) => link.goTo(preset, signal),
    });
    return task;
  }

  async close(): Promise<void> {
    await this.tasks.close();
  }

  /** The controls of a camera that has some. */
  async #link(cameraId: string, signal = AbortSignal.timeout(10_000)): Promise<PtzLink> {
    const link = new PtzLink(cameraId, this.#options.routing);
    await link.state(signal);
    return link;
  }

  #sightOf(object: string): Sight {
    return isPerson(object) && this.#options.persons.isOn ? this.#persons : this.#described;
  }
}
