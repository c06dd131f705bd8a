/** Who may be away, read from the parts of the gateway that know. */
import { statfs } from 'node:fs/promises';
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
  return async () => [
    ...(await camerasOf(sources)),
    ...sources.pool.status().map(workerPresence),
    ...(await Promise.all([...folders].map((folder) => diskOf(folder, reserveBytes, low)))).flat(),
  ];
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

/** A worker that is not needed now is stopped, not lost. */
function workerPresence({ name, kind, state, isRequired }: KnownWorker): Presence {
  if (kind === 'agent')
    return { kind, id: name, name: name.replace(/^agent-/, ''), isHere: state === 'ready' };
  const isMeant = isRequired || state !== 'stopped';
  const isHere = !isMeant || !(LOST_STATES.includes(state) || state === 'stopped');
  return { kind: 'worker', id: name, name, isHere };
}

async function diskOf(folder: string, reserveBytes: number, low: Set<string>): Promise<Presence[]> {
  // A folder that is not made yet has no disk to tell of.
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined) return [];
  const free = found.bavail * found.bsize;
  const limit = Math.max(reserveBytes, MIN_FREE) * (low.has(folder) ? MARGIN : 1);
  if (free < limit) low.add(folder);
  else low.delete(folder);
  const reason = `${(free / GB).toFixed(1)} GB free`;
  return [{ kind: 'disk', id: folder, name: folder, isHere: free >= limit, reason }];
}
