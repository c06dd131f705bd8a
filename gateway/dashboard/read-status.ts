/** Reads the gateway's state for the status stream. */
import { statfs } from 'node:fs/promises';
import type { CameraStatus } from '#shared/contract/status.ts';
import { productVersion } from '#shared/product-version.ts';
import type { KnownCamera } from '../cameras/camera-directory.ts';
import { viewCamera } from '../cameras/camera-view.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { Members, StatusSections } from './status-sections.ts';
import { SteadyRates } from './steady-rates.ts';

/** Sources of the state. */
export interface StatusSources {
  directory: { list(): readonly KnownCamera[] };
  states: { read(): Promise<Map<string, CameraStatus>> };
  pool: { status(): WorkerStatus[] };
  routing: Pick<CameraRouting, 'nameOf'>;
  /** `ok`, `degraded` or `draining`. */
  gatewayState: () => string;
  /** Whether it runs on a public host, which reaches no private network. */
  isPublic: boolean;
  /** Folder of the data, whose disk is shown. */
  dataDir: string;
  /** The part of `/health` about database, deliveries and the rest. */
  services: () => Record<string, unknown>;
}

/** What changes with every picture; of a connected camera the last one came within 3 s. */
const RESTLESS = ['cameraId', 'frameCount', 'lastFrameTime'];
const MS_PER_S = 1000;

/** Creates the reader. */
export function statusReader(sources: StatusSources): () => Promise<StatusSections> {
  const load = new ProcessLoad();
  const disk = new DiskSpace(sources.dataDir);
  const rates = new SteadyRates();
  const version = productVersion();
  return async () => {
    const statuses = await sources.states.read();
    const cameras = sources.directory.list();
    const steady = rates.next(new Map([...statuses].map(([id, { frameRate }]) => [id, frameRate])));
    return {
      ids: cameras.map(({ id }) => id),
      cameras: membersOf(cameras, (camera) => ({
        ...viewCamera(camera),
        worker: sources.routing.nameOf(camera.id),
      })),
      statuses: membersOf(cameras, ({ id }) => calm(statuses.get(id), steady.get(id))),
      workers: sources.pool.status().map(sinceWhen),
      gateway: {
        state: sources.gatewayState(),
        isPublic: sources.isPublic,
        version,
        disk: await disk.read(),
        startedAt: startedAt(),
        ...load.read(),
      },
      services: rounded(sources.services()),
    };
  };
}

function membersOf(cameras: readonly KnownCamera[], view: (camera: KnownCamera) => object | null): Members {
  return Object.fromEntries(cameras.map((camera) => [camera.id, view(camera)]));
}

function calm(status: CameraStatus | undefined, frameRate: number | undefined): object | null {
  if (status === undefined) return null;
  const rest = Object.fromEntries(Object.entries(status).filter(([name]) => !RESTLESS.includes(name)));
  return { ...rest, frameRate, ...(status.connected ? {} : { lastFrameTime: status.lastFrameTime }) };
}

/** Delays become times: a delay would change with every reading. */
function sinceWhen({ retryAfterMs, ...worker }: WorkerStatus): object {
  if (retryAfterMs === undefined) return worker;
  const seconds = Math.round((Date.now() + retryAfterMs) / MS_PER_S);
  return { ...worker, retryAt: seconds };
}

/** Ages in whole seconds. */
function rounded(services: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(services, (name, value: unknown) =>
    typeof value === 'number' && name.endsWith('Seconds') ? Math.round(value) : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}

function startedAt(): string {
  return new Date(Math.round(performance.timeOrigin / MS_PER_S) * MS_PER_S).toISOString();
}

/** Use of resources by this process. */
class ProcessLoad {
  #usage = process.cpuUsage();
  #at = performance.now();
  #share: number | undefined;

  /** `cpu`: share of one core since the last reading, at least a few seconds ago. `rss`: bytes, rounded. */
  read(): { cpu: number | undefined; rss: number } {
    const now = performance.now();
    if (now - this.#at > LOAD_MS) {
      const { user, system } = process.cpuUsage(this.#usage);
      this.#share = Math.round((user + system) / (now - this.#at) / 10) / 100;
      this.#usage = process.cpuUsage();
      this.#at = now;
    }
    return { cpu: this.#share, rss: Math.round(process.memoryUsage.rss() / MIB) * MIB };
  }
}

/** Space of a disk, in steps that are worth a message. */
class DiskSpace {
  readonly #folder: string;
  #at = Number.NEGATIVE_INFINITY;
  #space: { free: number; total: number } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes that are free and in all; undefined where the file system does not tell. */
  async read(): Promise<{ free: number; total: number } | undefined> {
    if (performance.now() - this.#at < DISK_MS) return this.#space;
    this.#at = performance.now();
    const found = await statfs(this.#folder).catch(() => undefined);
    const round = (blocks: number): number =>
      Math.round((blocks * (found?.bsize ?? 0)) / DISK_STEP) * DISK_STEP;
    this.#space = found && { free: round(found.bavail), total: round(found.blocks) };
    return this.#space;
  }
}

const DISK_MS = 30_000;
/** 100 MB. */
const DISK_STEP = 100_000_000;
const LOAD_MS = 4000;
const MIB = 1024 * 1024;
