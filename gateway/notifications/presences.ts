/** Who may be away, read from the parts of the gateway that know. */
import { randomUUID } from 'node:crypto';
import { readFile, stat, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { CameraStatus } from '#shared/contract/status.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { Presence } from './lookout.ts';

type KnownWorker = Pick<WorkerStatus, 'name' | 'kind' | 'state' | 'isRequired'>;

export interface PresenceSources {
  /** Cameras to keep connected. */
  directory: { wanted(): readonly { id: string; name: string }[] };
  states: { read(): Promise<ReadonlyMap<string, CameraStatus>> };
  /** The workers of this gateway and of its agents. */
  pool: { status(): readonly KnownWorker[] };
  /** Folders whose disks need some space. */
  config: {
    dataDir: string;
    recordings: { folder: string };
    store: { uploads: { reserveBytes: number } };
  };
}

const MIN_FREE = 512 * 1024 * 1024;
const GB = 1e9;
/** Space must exceed the limit by this share before the disk counts as free again. */
const MARGIN = 1.1;
/** States of a worker that is meant to run and does not. */
const LOST_STATES = ['backoff', 'failed', 'lost', 'stopping', 'spawning', 'starting', 'unready'];

/** Creates the look of a {@link Lookout}. */
export function presenceReader(sources: PresenceSources): () => Promise<Presence[]> {
  const { dataDir, recordings, store } = sources.config;
  const folders = new Set([dataDir, recordings.folder]);
  const { reserveBytes } = store.uploads;
  const low = new Set<string>();
  const process = randomUUID();
  return async () => {
    const disks = await Promise.all([...folders].map((folder) => diskOf(folder, reserveBytes, low)));
    return [
      ...(await camerasOf(sources)),
      ...sources.pool.status().map((worker) => workerPresence(worker, process)),
      // Folders on one disk fill together.
      ...new Map(disks.flat().map((disk) => [disk.id, disk])).values(),
    ];
  };
}

async function camerasOf({ directory, states }: PresenceSources): Promise<Presence[]> {
  const known = await states.read();
  return directory.wanted().map(({ id, name }) => {
    const status = known.get(id);
    const reason: unknown = status && Reflect.get(status, 'reason');
    return {
      kind: 'camera',
      ...{ id, name },
      isHere: status?.connected === true,
      reason: typeof reason === 'string' ? reason : undefined,
    };
  });
}

/** A worker that is not needed now is stopped, not lost. @param process of this gateway: children are its own */
function workerPresence({ name, kind, state, isRequired }: KnownWorker, process: string): Presence {
  if (kind === 'agent')
    return { kind, id: name, name: name.replace(/^agent-/, ''), isHere: state === 'ready' };
  const isMeant = isRequired || state !== 'stopped';
  const isHere = !isMeant || !(LOST_STATES.includes(state) || state === 'stopped');
  return { kind: 'worker', id: kind === 'child' ? `${process}/${name}` : name, name, isHere };
}

async function diskOf(folder: string, reserveBytes: number, low: Set<string>): Promise<Presence[]> {
  // A folder that is not made yet has no disk to tell of.
  const found = await statfs(folder).catch(() => undefined);
  const device = await stat(folder).catch(() => undefined);
  if (found === undefined || device === undefined) return [];
  const free = found.bavail * found.bsize;
  const limit = Math.max(reserveBytes, MIN_FREE) * (low.has(folder) ? MARGIN : 1);
  if (free < limit) low.add(folder);
  else low.delete(folder);
  const reason = `${(free / GB).toFixed(1)} GB free`;
  return [
    { kind: 'disk', id: `${await machine()}/${device.dev}`, name: folder, isHere: free >= limit, reason },
  ];
}

/** The same for every gateway of a machine, in containers too. */
async function machine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  return boot.trim();
}
