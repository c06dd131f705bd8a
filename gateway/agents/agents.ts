/** Builds agents: workers on other networks that dial out to this gateway. */
import { CLOSE_REMOVED } from '#shared/agent-link.ts';
import type { CameraSource } from '#shared/camera-source.ts';
import type { Agent } from '#shared/contract/agents.ts';
import type { CameraStatus } from '#shared/contract/status.ts';
import type { FrameFeed } from '#shared/frames/frame-socket.ts';
import type { Logger } from '#shared/logger.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import { limitedStatusHandler } from '../cameras/camera-limit.ts';
import type { PictureProxies } from '../cameras/picture-routes.ts';
import type { ClusterConfig } from '../config/cluster.ts';
import type { RouteGroup } from '../http/route.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import { agentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { type ChildPool, JoinedPool } from '../worker-access/joined-pool.ts';
import { LinkDoor } from '../worker-access/link-door.ts';
import { AgentDoor } from './agent-door.ts';
import { agentMjpeg } from './agent-mjpeg.ts';
import { AgentPool } from './agent-pool.ts';
import { AgentRegistry } from './agent-registry.ts';
import type { AgentSession } from './agent-session.ts';
import { GatewayDoors, type GatewayDoorsOptions } from './gateway-doors.ts';
import { LinkRepository } from './link-repository.ts';
import { Mirrors } from './mirrors.ts';
import { offlineStatus } from './offline-status.ts';
import { PeerPictures } from './peer-pictures.ts';
import { agentRoutes } from './routes.ts';
import { SharedLinks, type SharedLinksOptions } from './shared-links.ts';
import { statusHandler } from './status-route.ts';

export interface AgentsOptions {
  store: Store;
  box: SecretBox;
  config: { cluster: ClusterConfig | undefined };
  directory: Pick<CameraDirectory, 'list' | 'find' | 'findWanted' | 'agentOf' | 'beyondLimit' | 'onChange'>;
  /** The workers of this gateway. */
  workers: { pool: ChildPool<WorkerStatus>; canMirror(worker: string): boolean };
  log: Logger;
}

/** Agents of one gateway. */
export interface Agents {
  /** The ways to other gateways on the database; undefined where there are none. */
  doors: GatewayDoors | undefined;
  routes: RouteGroup;
  /** The workers of this gateway and of its agents. */
  pool: JoinedPool<WorkerStatus>;
  /** Keeps routing told of agents and of cameras that move. To be called once, before anything runs. */
  guide(routing: CameraRouting): void;
  /** Answers for status and pictures of a camera. To be called once. @param feed pictures of all cameras */
  pictures(routing: CameraRouting, feed: FrameFeed, others: PictureProxies): PictureProxies;
  /** What a worker of this machine runs to give video of an agent's camera. */
  mirrorOf(cameraId: string): CameraSource | undefined;
  /** How the cameras of agents that are away are. */
  offline(): [string, CameraStatus][];
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

/** Puts agents together; none is let in before `start`. */
export function createAgents({ store, box, config, directory, log, ...options }: AgentsOptions): Agents {
  const registry = new AgentRegistry({ store, log });
  const workers = new AgentPool();
  const isNeeded = (): boolean => registry.names.length > 0;
  const pictures = new PeerPictures({ session: (agent) => workers.session(agent), log });
  const { cluster } = config;
  const linkOf = (agent: string) => workers.session(agent)?.link;
  const doors = doorsOf(cluster, { store, box, linkOf, pictures, log });
  const shared = shareLinks({ store, box, cluster, pool: workers, doors, isNeeded, log });
  const door = new AgentDoor({
    nameOf: (token) => registry.nameOf(token),
    onSession: (session) => {
      void letIn(session, workers, log).then(() => shared?.add(session));
    },
    log,
  });
  const mirrors = new Mirrors({ directory, canMirror: options.workers.canMirror, log });
  const ends: (() => void)[] = [];
  const camerasOf = (name: string): string[] =>
    directory.list().flatMap(({ id, agent }) => (agent === name ? [id] : []));
  const offline = (): [string, CameraStatus][] =>
    directory.list().flatMap(({ id, agent, enabled }) => {
      if (agent === undefined || !enabled || workers.isOnline(agent)) return [];
      return [[id, offlineStatus(id, agent, workers.since(agent))]];
    });
  return {
    doors,
    routes: agentRoutes({
      take: (request, socket, head, address) => door.take(request, socket, head, address),
      list: () => registry.names.map((name) => viewAgent(name, workers, camerasOf(name))),
      create: (name) => registry.create(name),
      remove: (name) => registry.remove(name),
    }),
    pool: new JoinedPool(options.workers.pool, [workers]),
    pictures: (routing, feed, others) => {
      pictures.feed = feed;
      const status = statusHandler({ directory, routing, since: (agent) => workers.since(agent) });
      return {
        ...others,
        streams: agentMjpeg({ routing, feed, others: others.streams }),
        status: limitedStatusHandler(directory, status),
      };
    },
    mirrorOf: (cameraId) => mirrors.sourceOf(cameraId),
    offline,
    guide: (routing) => {
      ends.push(
        registry.onChange(() => {
          const { names } = registry;
          const gone = workers.retain(names);
          routing.keepApart(names.map(agentWorker));
          if (names.length > 0) mirrors.open(routing);
          for (const name of gone) door.end(name, CLOSE_REMOVED, 'this agent was removed');
        }),
        followPlaces(directory, routing),
      );
    },
    start: () => {
      registry.start();
      startWhenReady(store, () => shared?.start());
    },
    close: async () => {
      for (const end of ends.splice(0)) end();
      await shared?.close();
      await doors?.close();
      door.close();
      await Promise.all([registry.close(), mirrors.close()]);
    },
  };
}

/** @returns undefined where no other gateway can reach this one */
function shareLinks({
  cluster,
  store,
  doors,
  ...options
}: Pick<SharedLinksOptions, 'box' | 'pool' | 'isNeeded' | 'log'> & {
  cluster: ClusterConfig | undefined;
  store: Store;
  doors: GatewayDoors | undefined;
}): SharedLinks | undefined {
  if (cluster?.advertisedHost === undefined || doors === undefined) return undefined;
  const { name, advertisedHost } = cluster;
  return new SharedLinks({
    ...{ ...options, name, advertisedHost },
    repository: new LinkRepository(store, name),
    openDoor: () => doors.open(),
  });
}

/** @returns undefined where no other gateway can reach this one */
function doorsOf(
  cluster: ClusterConfig | undefined,
  options: Pick<GatewayDoorsOptions, 'store' | 'box' | 'linkOf' | 'pictures' | 'log'>,
): GatewayDoors | undefined {
  if (cluster?.advertisedHost === undefined) return undefined;
  const { name, advertisedHost, listenHost: host, agentsPort: port } = cluster;
  return new GatewayDoors({ ...options, name, advertisedHost, host, port });
}

async function letIn(session: AgentSession, workers: AgentPool, log: Logger): Promise<void> {
  const { name, version, address } = session.facts;
  log.info({ agent: name, version, address: address ?? 'local' }, 'agent is online');
  session.onEnd(() => log.warn({ agent: name }, 'agent is offline'));
  try {
    const inner = await LinkDoor.open(session.link);
    session.onEnd(() => inner.close());
    workers.add(session, inner.origin);
  } catch (error) {
    log.error({ agent: name, err: error }, 'an agent could not be let in');
    session.terminate();
  }
}

/** Tells routing of cameras whose place was changed. Returns the function that ends it. */
function followPlaces(directory: AgentsOptions['directory'], routing: Pick<CameraRouting, 'moved'>) {
  const places = new Map<string, string>();
  return directory.onChange((ids) => {
    for (const id of ids) {
      const agent = directory.find(id)?.agent;
      if (places.get(id) === agent) continue;
      if (agent === undefined) places.delete(id);
      else places.set(id, agent);
      routing.moved(id);
    }
  });
}

function viewAgent(name: string, workers: AgentPool, cameras: string[]): Agent {
  const since = (workers.since(name) ?? new Date()).toISOString();
  const session = workers.session(name);
  const elsewhere = workers.elsewhere(name);
  if (session !== undefined) {
    const { version, address = '127.0.0.1' } = session.facts;
    return { name, state: 'online', since, version, address, latencyMs: session.latencyMs ?? null, cameras };
  }
  if (elsewhere !== undefined) {
    const { version, address, latencyMs, gateway } = elsewhere;
    return { name, state: 'online', since, version, address, latencyMs, gateway, cameras };
  }
  return { name, state: 'offline', since, version: null, address: null, latencyMs: null, cameras };
}
