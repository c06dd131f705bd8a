/** Puts remote workers beside the children of a gateway, and cameras on them. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { RemoteWorkersConfig } from '../config/remote-workers.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { type ChildPool, JoinedPool } from '../worker-access/joined-pool.ts';
import { RemotePool } from './remote-pool.ts';

export interface RemoteWorkersOptions<P> {
  config: { remoteWorkers: RemoteWorkersConfig | undefined };
  children: P;
  redactor: Redactor;
  log: Logger;
}

/** Children and remote workers as one pool. */
export interface AllWorkers<P> {
  pool: P | JoinedPool<WorkerStatus>;
  /** Spreads cameras over the remote workers from now on, instead of children. */
  spreadOver(routing: Pick<CameraRouting, 'spreadOver'>): void;
}

/** Nothing runs before the pool is started. */
export function withRemoteWorkers<P extends ChildPool<WorkerStatus>>({
  config: { remoteWorkers: config },
  children,
  redactor,
  log,
}: RemoteWorkersOptions<P>): AllWorkers<P> {
  redactor.add(config?.secret);
  if (config === undefined) return { pool: children, spreadOver: () => {} };
  // A gateway that was started later is the newer keeper.
  const term = Date.now();
  const remote = new RemotePool({ config, termOf: () => term, log });
  return {
    pool: new JoinedPool(children, [remote]),
    spreadOver: (routing) => void remote.onNames((names) => routing.spreadOver(names)),
  };
}
