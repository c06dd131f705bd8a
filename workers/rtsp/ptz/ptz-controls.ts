/** The controls of all cameras of a worker: connected when first used, closed when no client uses them. */
import { type CameraSource, isAddressed } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { AddressGuard } from '../source/resolve.ts';
import { createDriver } from './create-driver.ts';
import { PtzControl, type PtzTimings } from './ptz-control.ts';

/** A camera that is removed meanwhile was stopped by its dead-man long before. */
const IDLE_MS = 60_000;

export interface PtzControlsOptions {
  /** @throws AppError `camera-not-found` */
  sourceOf: (cameraId: string) => CameraSource;
  guard: AddressGuard;
  log: Logger;
  timings?: Partial<PtzTimings> & { idleMs?: number };
}

interface Entry {
  source: CameraSource;
  control: Promise<PtzControl>;
  idle: NodeJS.Timeout;
}

/** Owns every control of this process. */
export class PtzControls {
  readonly #options: PtzControlsOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: PtzControlsOptions) {
    this.#options = options;
  }

  /** @throws AppError `camera-not-found`, `ptz-not-configured`, `camera-address-denied` */
  async get(cameraId: string): Promise<PtzControl> {
    const source = this.#options.sourceOf(cameraId);
    const known = this.#entries.get(cameraId);
    if (known !== undefined && known.source === source) {
      known.idle.refresh();
      return await known.control;
    }
    if (known !== undefined) await this.#drop(cameraId, known);
    const control = this.#open(source);
    const { idleMs = IDLE_MS } = this.#options.timings ?? {};
    const entry: Entry = {
      source,
      control,
      idle: setTimeout(() => void this.#drop(cameraId, entry), idleMs).unref(),
    };
    this.#entries.set(cameraId, entry);
    control.catch(() => this.#entries.delete(cameraId));
    return await control;
  }

  /** Stops what moves and closes all. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries].map(([cameraId, entry]) => this.#drop(cameraId, entry)));
  }

  async #open(source: CameraSource): Promise<PtzControl> {
    const { guard, log, timings } = this.#options;
    if (!isAddressed(source) || source.ptz === undefined)
      throw new AppError('ptz-not-configured', 'This camera has no controls configured');
    const driver = await createDriver(source, source.ptz, guard);
    return new PtzControl({ driver, log, lens: source.ptz.lens, ...(timings && { timings }) });
  }

  async #drop(cameraId: string, entry: Entry): Promise<void> {
    clearTimeout(entry.idle);
    if (this.#entries.get(cameraId) === entry) this.#entries.delete(cameraId);
    const control = await entry.control.catch(() => undefined);
    await control?.close();
  }
}
