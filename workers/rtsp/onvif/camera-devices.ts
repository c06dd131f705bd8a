/** ONVIF services of the cameras of a worker: looked for when first used, closed when no client uses them. */
import { type CameraSource, isAddressed } from '#shared/camera-source.ts';
import type { CameraAddress } from '#shared/contract/source/address.ts';
import { AppError } from '#shared/errors.ts';
import { CameraHttp } from '../source/camera-http.ts';
import { type AddressGuard, resolveChecked } from '../source/resolve.ts';
import { OnvifDevice } from './onvif-device.ts';
import { findOnvif, ONVIF_PATH } from './onvif-hello.ts';

/** The usual ports: of TP-Link 2020, Reolink's 8000, Xiongmai's 8899. */
export const ONVIF_PORTS: readonly number[] = [80, 2020, 8000, 8080, 8899];
const IDLE_MS = 60_000;

/** A device and where it listens. */
export interface FoundDevice {
  device: OnvifDevice;
  port: number;
}

export interface CameraDevicesOptions {
  /** @throws AppError `camera-not-found` */
  sourceOf: (cameraId: string) => CameraSource;
  guard: AddressGuard;
  idleMs?: number;
}

interface Entry {
  source: CameraSource;
  found: Promise<FoundDevice>;
  /** The last call: calls to one device must not overlap. */
  last: Promise<unknown>;
  idle: NodeJS.Timeout;
}

/** Owns every connection that it opens. */
export class CameraDevices {
  readonly #options: CameraDevicesOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: CameraDevicesOptions) {
    this.#options = options;
  }

  /**
   * Works with a camera's device, one call after another.
   * @throws AppError `camera-not-found`, `camera-address-denied`, `control-…`
   */
  async use<T>(cameraId: string, work: (found: FoundDevice) => Promise<T>): Promise<T> {
    const entry = this.#entryOf(cameraId);
    const turn = entry.last.then(async () => work(await entry.found));
    entry.last = turn.catch(() => {});
    return await turn;
  }

  /** A connection of its own, which may wait long for an answer; the caller closes it. @throws as {@link use} */
  async open(cameraId: string, timeoutMs: number): Promise<OnvifDevice> {
    const { sourceOf, guard } = this.#options;
    return (await openDevice(sourceOf(cameraId), guard, timeoutMs)).device;
  }

  /** Ends all connections. */
  close(): void {
    for (const [cameraId, entry] of this.#entries) this.#drop(cameraId, entry);
  }

  #entryOf(cameraId: string): Entry {
    const source = this.#options.sourceOf(cameraId);
    const known = this.#entries.get(cameraId);
    if (known?.source === source) {
      known.idle.refresh();
      return known;
    }
    if (known !== undefined) this.#drop(cameraId, known);
    const entry: Entry = {
      source,
      found: openDevice(source, this.#options.guard),
      last: Promise.resolve(),
      idle: setTimeout(() => this.#drop(cameraId, entry), this.#options.idleMs ?? IDLE_MS).unref(),
    };
    this.#entries.set(cameraId, entry);
    entry.found.catch(() => this.#drop(cameraId, entry));
    return entry;
  }

  #drop(cameraId: string, entry: Entry): void {
    clearTimeout(entry.idle);
    if (this.#entries.get(cameraId) === entry) this.#entries.delete(cameraId);
    entry.found.then(
      ({ device }) => device.close(),
      () => {},
    );
  }
}

/** The caller closes it. @throws AppError `control-unsupported`, `camera-address-denied` */
export async function openDevice(
  source: CameraSource,
  guard: AddressGuard,
  timeoutMs?: number,
): Promise<FoundDevice> {
  if (!isAddressed(source)) throw new AppError('control-unsupported', 'A video has no ONVIF service');
  const { host, username, password } = source;
  const { port, path } = await serviceOf(source, guard);
  const lookup = await resolveChecked(host, port, guard);
  const http = new CameraHttp({ host, port, username, password, lookup, ...(timeoutMs && { timeoutMs }) });
  return { device: new OnvifDevice({ http, username, password, path }), port };
}

/** Where its controls are said to be, else where it is found. */
async function serviceOf({ host, ptz }: CameraAddress, guard: AddressGuard) {
  if (ptz?.kind === 'onvif') return { port: ptz.port ?? 80, path: ptz.path };
  const port = await findOnvif(host, guard, ONVIF_PORTS);
  if (port !== undefined) return { port, path: ONVIF_PATH };
  throw new AppError('control-unsupported', 'The camera has no ONVIF service, or it is switched off');
}
