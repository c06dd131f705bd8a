/** Every worker of a gateway: children, remote workers, and those of other gateways on the same database. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { carries, type Labels, labelsText } from '#shared/worker-labels.ts';
import type { ClusterConfig } from '../config/cluster.ts';
import type { RemoteWorkersConfig } from '../config/remote-workers.ts';
import { RemotePool } from '../remote-workers/remote-pool.ts';
import type { Transaction } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { CameraOwners, CameraRouting } from '../worker-access/camera-routing.ts';
import { type ChildPool, JoinedPool } from '../worker-access/joined-pool.ts';
import { NO_WORKER } from '../worker-access/spread.ts';
import { ChildLeases } from './child-leases.ts';
import { FaultRepository } from './fault-repository.ts';
import { type AllWorkersPool, KeptPool } from './kept-pool.ts';
import { MIRROR_LABELS } from './mirror-labels.ts';
import { OwnWorkers } from './own-workers.ts';
import { PeerPool, type SealedAddress } from './peer-pool.ts';
import { Placement } from './placement.ts';
import { expectEpoch, PlacementRepository } from './placement-repository.ts';
import { SessionCameraRepository } from './session-camera-repository.ts';
import { SessionCameras, type SessionDirectory } from './session-cameras.ts';

export interface WorkersOptions<P> {
  config: {
    remoteWorkers: RemoteWorkersConfig | undefined;
    cluster: ClusterConfig | undefined;
    /** What the children carry. */
    workers: { labels: Labels };
  };
  children: P;
  /** Names of the children that run cameras. */
  names: readonly string[];
  store: Store;
  box: SecretBox;
  directory: {
    isLoaded: boolean;
    asOf: number;
    wanted(): readonly { id: string; origin: string }[];
    labelsOf(id: string): Labels;
    agentOf(id: string): string | undefined;
  } & SessionDirectory;
  redactor: Redactor;
  log: Logger;
}

type FollowedRouting = Pick<CameraRouting, 'spreadOver' | 'fit' | 'moved'>;

/** What the rest of the gateway needs of them. */
export interface Workers<P> {
  /** All of them, to be asked. */
  pool: P | JoinedPool<WorkerStatus>;
  /** Those of all workers, agents among them, to which this gateway gives orders. */
  keep(pool: AllWorkersPool): AllWorkersPool;
  /** Says where cameras are; undefined where this gateway decides alone. */
  owners: CameraOwners | undefined;
  /** What a worker carries. */
  labelsOf(worker: string): Labels;
  /** Whether a worker can give video of agents' cameras, by its name; that of no worker stands for any. */
  canMirror(worker: string): boolean;
  epochOf: ((cameraId: string) => number | undefined) | undefined;
  /** Refuses what was observed at a camera that has moved. */
  expectOurs: ((trx: Transaction, cameraId: string) => Promise<void>) | undefined;
  /** Resolves when other gateways can know which cameras clients connected and disconnected here. */
  whenShared(): Promise<void>;
  /** Which cameras break their workers, as all gateways know; undefined where this one decides alone. */
  faults: FaultRepository | undefined;
  /** Whether this gateway looks at the cameras of a worker: analysis, events and the like run once. */
  keeps(worker: string): boolean;
  /** Tells routing of workers and moves from now on. */
  follow(routing: FollowedRouting): void;
  start(): void;
  close(): Promise<void>;
}

/** Puts them together; nothing runs before `start` and the start of the pool. */
export function createWorkers<P extends ChildPool<WorkerStatus>>(options: WorkersOptions<P>): Workers<P> {
  const { config, children, redactor, log } = options;
  const { remoteWorkers, cluster } = config;
  redactor.add(remoteWorkers?.secret);
  if (cluster !== undefined) return createClustered(options, cluster);
  const keep = (pool: AllWorkersPool): AllWorkersPool => pool;
  const childLabels = (): Labels => config.workers.labels;
  let end = (): void => {};
  const followLabels = (routing: FollowedRouting): void => {
    end = onLabels(options.directory, () => routing.fit());
  };
  const alone = {
    canMirror: (worker: string) => isChild(children, worker),
    owners: undefined,
    faults: undefined,
    epochOf: undefined,
    expectOurs: undefined,
    whenShared: async () => {},
    keeps: () => true,
    start: () => {},
    close: async () => end(),
  };
  if (remoteWorkers === undefined)
    return { ...alone, pool: children, keep, labelsOf: childLabels, follow: followLabels };
  // A gateway that was started later is the newer keeper.
  const term = Date.now();
  const remote = new RemotePool({ config: remoteWorkers, termOf: () => term, log });
  const pool = new JoinedPool(children, [remote]);
  const follow = (routing: FollowedRouting): void => {
    remote.onNames((names) => routing.spreadOver(names));
    remote.onLabels(() => routing.fit());
    followLabels(routing);
  };
  return { ...alone, pool, keep, labelsOf: (name) => remote.labelsOf(name), follow };
}

function createClustered<P extends ChildPool<WorkerStatus>>(
  { config, children, names, store, box, directory, log }: WorkersOptions<P>,
  cluster: ClusterConfig,
): Workers<P> {
  const termOf = (worker: string): number | undefined => placement.termOf(worker);
  const remote =
    config.remoteWorkers === undefined
      ? undefined
      : new RemotePool({ config: config.remoteWorkers, termOf, log });
  const peers = new PeerPool({ unseal: (sealed) => unseal(box, sealed) });
  const pool = new JoinedPool<WorkerStatus>(
    children,
    remote === undefined ? [peers] : [remote, peers],
    (name) => placement.workers.find((worker) => worker.name === name)?.term,
  );
  const isAtAgent = (id: string): boolean => directory.agentOf(id) !== undefined;
  const own = new OwnWorkers({
    ...{ children, names, cluster, remote, box, labels: config.workers.labels },
    keeps: (worker) => placement.termOf(worker) !== undefined,
  });
  const incarnation = randomUUID();
  const sessions = new SessionCameras({
    repository: new SessionCameraRepository(store),
    ...{ directory, box, keeper: incarnation, log },
  });
  const placement = new Placement({
    repository: new PlacementRepository(store),
    keeper: { name: cluster.name, incarnation },
    local: () => own.list(),
    wantedAsOf: () => directory.asOf,
    wanted: () =>
      directory.isLoaded
        ? directory.wanted().flatMap(({ id, origin }) => (origin === 'demo' ? [] : [id]))
        : undefined,
    // Of an agent's camera it is placed which worker gives the video.
    labelsOf: (id) => (isAtAgent(id) ? MIRROR_LABELS : directory.labelsOf(id)),
    log,
  });
  const canMirror = (worker: string): boolean => {
    if (worker === NO_WORKER)
      return placement.workers.some(({ name }) => carries(placement.labelsOf(name), MIRROR_LABELS));
    return isChild(children, worker) || carries(placement.labelsOf(worker), MIRROR_LABELS);
  };
  let all: AllWorkersPool | undefined;
  // Children in quarantine and agents have no lease; the gateway to which an agent is connected keeps it.
  const isApart = (worker: string): boolean =>
    !names.includes(worker) &&
    !placement.knows(worker) &&
    remote?.address(worker) === undefined &&
    all?.address(worker)?.isElsewhere !== true;
  const keeps = (worker: string): boolean => isApart(worker) || placement.termOf(worker) !== undefined;
  let kept: KeptPool | undefined;
  const leases = new ChildLeases({ children, names, termOf, onLapse: (name) => kept?.tellAgain(name) });
  const follow = (routing: FollowedRouting): void => {
    let before = '';
    placement.onWorkers(() => {
      const alive = placement.workers.map(({ name }) => name);
      if (alive.join() !== before) routing.spreadOver(alive);
      before = alive.join();
      peers.update(placement.workers.filter(({ keeper }) => keeper !== cluster.name));
      kept?.update(alive);
    });
    placement.onMove((cameraId) => routing.moved(cameraId));
    remote?.onNames(() => placement.updateWorkers());
  };
  const end = directory.onChange(() => placement.update());
  return {
    ...{ pool, keeps, follow, canMirror },
    keep: (pool) => {
      all = pool;
      kept = new KeptPool(pool, keeps);
      return kept;
    },
    owners: placement,
    faults: new FaultRepository({ store, name: cluster.name }),
    labelsOf: (worker) => placement.labelsOf(worker),
    epochOf: (cameraId) => placement.epochOf(cameraId),
    whenShared: () => sessions.whenShared(),
    expectOurs: async (trx, cameraId) => {
      // The number of an agent's camera tells of its video alone.
      const epoch = isAtAgent(cameraId) ? undefined : placement.epochOf(cameraId);
      if (epoch !== undefined) await expectEpoch(trx, cameraId, epoch);
    },
    start: () =>
      startWhenReady(store, () => {
        placement.start();
        sessions.start();
      }),
    close: async () => {
      end();
      kept?.close();
      await Promise.all([sessions.close(), leases.close(), placement.close()]);
    },
  };
}

/** Routing to those workers alone to which this gateway gives orders, for what shall run once. */
export function ofKeptWorkers(
  routing: CameraRouting,
  keeps: (worker: string) => boolean,
  kept: AllWorkersPool,
): Pick<CameraRouting, 'findOwner' | 'workers' | 'expectKnown' | 'onPlacement'> {
  return {
    findOwner: (cameraId) => (keeps(routing.nameOf(cameraId)) ? routing.findOwner(cameraId) : undefined),
    expectKnown: (cameraId) => routing.expectKnown(cameraId),
    get workers() {
      return routing.workers;
    },
    onPlacement: (listener) => {
      const ends = [
        routing.onPlacement(listener),
        kept.onReady(() => listener('')),
        kept.onDown(() => listener('')),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

/** Calls `listener` when a camera asks for other labels. Returns the function that ends it. */
function onLabels(
  directory: Pick<WorkersOptions<never>['directory'], 'labelsOf' | 'onChange'>,
  listener: () => void,
): () => void {
  const known = new Map<string, string>();
  return directory.onChange((ids) => {
    const changed = ids.filter((id) => {
      const labels = labelsText(directory.labelsOf(id));
      const before = known.get(id) ?? '';
      if (labels === '') known.delete(id);
      else known.set(id, labels);
      return labels !== before;
    });
    if (changed.length > 0) listener();
  });
}

function isChild(children: Pick<ChildPool<WorkerStatus>, 'status'>, worker: string): boolean {
  return children.status().some(({ name }) => name === worker);
}

function unseal(box: SecretBox, sealed: string): SealedAddress | undefined {
  try {
    return JSON.parse(box.open(sealed)) as SealedAddress;
  } catch {
    // It was sealed with another SECRET_KEY.
    return undefined;
  }
}
