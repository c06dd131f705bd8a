/** Keeps at the broker how each camera is, and removes what belongs to cameras that are gone. */
import type { CameraStatus } from '#shared/contract/status.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import { announcementOf } from './home-assistant.ts';
import type { Outlet } from './outlet.ts';
import { objectIdOf, RETAINED_TOPICS, type Topics } from './topics.ts';

export interface CameraFeedOptions {
  directory: Pick<CameraDirectory, 'list' | 'has' | 'isLoaded' | 'onChange'>;
  states: { read(): Promise<Map<string, CameraStatus>> };
  /** Kinds of the ongoing events of a camera. */
  activeAt: (cameraId: string) => string[];
  outlet: Outlet;
  topics: Topics;
  version: string;
  log: Logger;
  /** Pause between two readings, milliseconds. */
  everyMs?: number;
}

const EVERY_MS = 2000;

/** Runs from start to close; does nothing while the broker is away. */
export class CameraFeed {
  readonly #options: CameraFeedOptions;
  readonly #job: PeriodicJob;
  readonly #told = new Set<string>();
  #end: () => void = () => {};

  constructor(options: CameraFeedOptions) {
    const { log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#tell(),
      onError: (error) =>
        log.warn({ reason: messageOf(error) }, 'cameras could not be told to the MQTT broker'),
      everyMs,
    });
  }

  start(): void {
    this.#end = this.#options.directory.onChange(() => this.update());
    this.#job.start();
  }

  async close(): Promise<void> {
    this.#end();
    await this.#job.close();
  }

  /** Tells now what has changed. */
  update(): void {
    this.#job.runNow();
  }

  /** Removes what the broker keeps of a camera that is gone, as of before this process. */
  sweep(found: { cameraId: string } | { objectId: string }): void {
    const { directory, outlet, topics } = this.#options;
    if (!directory.isLoaded) return;
    if ('cameraId' in found) {
      if (!directory.has(found.cameraId)) this.#forget(found.cameraId);
    } else if (!directory.list().some(({ id }) => objectIdOf(id) === found.objectId)) {
      const topic = topics.discovery('+')?.replace('+', found.objectId);
      if (topic !== undefined) outlet.clear(topic);
    }
  }

  async #tell(): Promise<void> {
    const { directory, states, outlet } = this.#options;
    if (!outlet.isOpen || !directory.isLoaded) return;
    const statuses = await states.read();
    const cameras = directory.list();
    const ids = new Set(cameras.map(({ id }) => id));
    for (const id of this.#told) if (!ids.has(id)) this.#forget(id);
    for (const camera of cameras) this.#keep(camera, statuses.get(camera.id));
  }

  #keep(camera: KnownCamera, status: CameraStatus | undefined): void {
    const { outlet, topics, activeAt, version } = this.#options;
    const { id } = camera;
    this.#told.add(id);
    const topic = topics.discovery(id);
    if (topic !== undefined) outlet.keep(topic, announcementOf(camera, { topics, version }));
    outlet.keep(topics.camera(id, 'state'), JSON.stringify(stateOf(camera, status, activeAt(id))));
    outlet.keep(topics.camera(id, 'availability'), status?.connected === true ? 'online' : 'offline');
  }

  #forget(id: string): void {
    const { outlet, topics } = this.#options;
    this.#told.delete(id);
    for (const topic of RETAINED_TOPICS) outlet.clear(topics.camera(id, topic));
    const discovery = topics.discovery(id);
    if (discovery !== undefined) outlet.clear(discovery);
  }
}

/** Without what changes with every picture, so that a message means a change. */
function stateOf(camera: KnownCamera, status: CameraStatus | undefined, active: string[]): object {
  const { id, name, location, enabled } = camera;
  const { connected = false, state, codec = null, width = null, height = null } = status ?? {};
  const { reason, detail, hint } = status ?? {};
  return {
    ...{ cameraId: id, name, location, enabled, connected },
    state: state ?? (enabled ? 'unknown' : 'disabled'),
    ...{ codec, width, height, active, reason, detail, hint },
  };
}
