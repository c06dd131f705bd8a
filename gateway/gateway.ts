/** The whole gateway: built in the order of the data's way, closed in reverse. */
import { join } from 'node:path';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { announceAccess } from './auth/announcement.ts';
import { Authenticator } from './auth/authenticator.ts';
import { EndedSessions } from './auth/ended-sessions.ts';
import { Gate } from './auth/gate.ts';
import { openRisks } from './auth/open-risks.ts';
import { rateLimits } from './auth/rate-limits.ts';
import { RefusalLog } from './auth/refusal-log.ts';
import { authRoutes, renewSession } from './auth/routes.ts';
import { cameraStreamRoutes } from './camera-streams/routes.ts';
import { trpcRoutes } from './camera-streams/trpc.ts';
import { CameraDirectory } from './cameras/camera-directory.ts';
import { CameraStates } from './cameras/camera-states.ts';
import { cameraTestRoute } from './cameras/camera-test.ts';
import { Connector } from './cameras/connector.ts';
import { Demo } from './cameras/demo.ts';
import { pictureRoutes } from './cameras/picture-routes.ts';
import { Reconciler } from './cameras/reconciler.ts';
import { registryRoutes } from './cameras/registry-routes.ts';
import { cameraRoutes } from './cameras/routes.ts';
import { videoRoutes } from './cameras/video-routes.ts';
import type { GatewayConfig } from './config/config.ts';
import { pageRoutes } from './dashboard/page-routes.ts';
import { statusReader } from './dashboard/read-status.ts';
import { StatusStream } from './dashboard/status-stream.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import { GatewayHealth } from './health/gateway-health.ts';
import { createMetrics } from './health/metrics.ts';
import { healthRoutes } from './health/routes.ts';
import { createApp } from './http/app.ts';
import { ConnectionLimits } from './http/connection-limits.ts';
import { listen } from './http/listen.ts';
import { RouteTable } from './http/route-table.ts';
import { closeHttpServer, createHttpServer, httpTimings } from './http/server.ts';
import { apiDescriptionRoutes } from './openapi/routes.ts';
import { createPerception } from './perception.ts';
import { openPersistence } from './persistence.ts';
import { ptzRoutes } from './ptz/routes.ts';
import { FrameRelay } from './sockets/frame-relay.ts';
import { frameSocketRoutes } from './sockets/routes.ts';
import { ClientSockets } from './sockets/upgrade.ts';
import { WorkerPool } from './supervisor/pool.ts';
import { RunRegistry } from './supervisor/run-registry.ts';
import { webrtcRoutes } from './webrtc/routes.ts';
import { SessionRouter } from './webrtc/session-router.ts';
import { whepRoutes } from './webrtc/whep-routes.ts';
import { CameraRouting } from './worker-access/camera-routing.ts';
import { cameraProxies } from './worker-access/http-proxy.ts';
import { Quarantine } from './worker-access/quarantine.ts';
import { SocketTunnels } from './worker-access/socket-tunnel.ts';
import { ANALYSIS, QUARANTINE, rtspWorkerNames, SIMULATOR, workerSpecs } from './worker-specs.ts';

/** The part of the supervisor that the gateway needs. */
export type GatewayPool = Pick<
  WorkerPool,
  | 'start'
  | 'stop'
  | 'stopWorker'
  | 'startWorker'
  | 'retireWorker'
  | 'kill'
  | 'kick'
  | 'status'
  | 'address'
  | 'onReady'
  | 'onDown'
  | 'onBroken'
>;

export interface GatewayOptions {
  config: Readonly<GatewayConfig>;
  /** The workers, those of {@link createPool}. */
  pool: GatewayPool;
  redactor: Redactor;
  log: Logger;
  /** Further sentences about what stands open, beside those that the configuration tells. */
  risks?: readonly string[];
  /** Shows a line to whoever started the gateway, and to no log. */
  print?: (line: string) => void;
}

/** A gateway that listens. */
export interface OpenGateway {
  port: number;
  /** What it serves. */
  routes: RouteTable;
  /** Stops accepting, says farewell, stops the workers. */
  close(): Promise<void>;
  /** Kills the workers at once, for a process that must end now. */
  kill(): void;
}

/** The worker processes that a configuration asks for; none is started yet. */
export function createPool({ config, redactor, log }: Omit<GatewayOptions, 'pool'>): WorkerPool {
  const registry = new RunRegistry(join(config.dataDir, 'run'), log);
  return new WorkerPool({ specs: workerSpecs(config), registry, baseEnv: config.workerEnv, redactor, log });
}

/** Listens at once and starts the workers; waits for none of them. @throws PortUnavailableError */
export async function openGateway({
  config,
  pool,
  redactor,
  log,
  risks = [],
  print,
}: GatewayOptions): Promise<OpenGateway> {
  const workers = rtspWorkerNames(config);
  const authenticator = new Authenticator({ config: config.auth, dataDir: config.dataDir });
  const routes = new RouteTable();
  const gate = new Gate(authenticator, routes);
  const refusals = new RefusalLog({ clientOf: (request) => gate.clientOf(request), log });
  redactor.add(authenticator.apiToken);
  redactor.add(config.auth.viewerToken);
  const directory = new CameraDirectory(config.limits.cameras, redactor);
  const routing = new CameraRouting({ directory, pool, workers, apart: QUARANTINE });
  const quarantine = new Quarantine({ pool, routing, directory, workers: QUARANTINE, log });
  const reconciler = new Reconciler({ directory, routing, pool, log });
  const demo = config.demo.isOn ? new Demo({ directory, pool, worker: SIMULATOR, log }) : undefined;
  const states = new CameraStates(routing);
  const persistence = openPersistence({ config, directory, states, routing, redactor, log });
  const endedSessions = new EndedSessions({
    sessions: authenticator.sessions,
    store: persistence.store,
    log,
  });
  const perception = createPerception({
    config: config.perception,
    store: persistence.store,
    pool,
    worker: ANALYSIS,
    directory,
    routing,
    deliveries: persistence.deliveries,
    redactor,
    log,
  });
  const detections = perception.channel;
  const relay = new FrameRelay({ pool, routing, detections, log });
  const tunnels = new SocketTunnels({ routing, log });
  const connections = connectionLimits(config);
  const sockets = new ClientSockets({
    feed: relay,
    routes,
    gate,
    tunnels,
    connections,
    limits: config.limits,
    onRefused: (request, error) => refusals.note(request, error),
    redactor,
    log,
  });
  const { registry, cameraStreams, deliveries, devices, isSecretKey } = persistence;
  const further = () => ({
    ...persistence.health(),
    ...perception.health(),
    quarantine: quarantine.list(),
  });
  const health = new GatewayHealth({ pool, rtspWorkers: routing.workers, store: persistence.store, further });
  const gauges = () => ({
    sockets: sockets.size,
    upstreamSubscriptions: relay.upstreamSubscriptions,
    drops: sockets.drops,
    cameras: directory.list().length,
  });
  const status = new StatusStream({
    read: statusReader({
      directory,
      states,
      pool,
      routing,
      gatewayState: () => health.status,
      isPublic: config.auth.isPublic,
      services: further,
    }),
    onChange: (listener) => {
      const ends = [directory.onChange(listener), pool.onReady(listener), pool.onDown(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    log,
  });
  const proxies = cameraProxies({ routing, log });
  const sessions = new SessionRouter({ routing, log });
  const metrics = createMetrics({
    pool,
    workers: [...routing.workers, ANALYSIS],
    gauges,
    further: () => [...persistence.metrics(), ...perception.metrics()],
  });
  routes.add([
    {
      name: 'Cameras',
      description: 'Which cameras there are. Those in the registry are kept connected across restarts.',
      routes: [
        ...cameraRoutes({
          directory,
          connector: new Connector({ directory, routing, reconciler }),
          expectLoaded: () => registry.expectLoaded(),
          rtspStatus: () => health.rtsp(),
        }),
        ...registryRoutes({ registry, isSecretKey }),
        cameraTestRoute({ registry, routing }),
      ],
    },
    pictureRoutes(proxies),
    ptzRoutes(proxies.answers),
    frameSocketRoutes(),
    {
      name: 'Live video',
      description:
        'Video as the camera sends it, never transcoded: WebRTC where it can be, MSE or HLS where only HTTP gets through.',
      routes: [...webrtcRoutes(sessions), ...whepRoutes(sessions), ...videoRoutes(proxies.files)],
    },
    perception.routes.events,
    perception.routes.moondream,
    perception.routes.watches,
    devices.routes,
    {
      name: 'Camera streams',
      description:
        'Streams that the analysis backend is told of. What it is told is delivered for certain, even if it is away for days.',
      routes: [
        ...cameraStreamRoutes(cameraStreams),
        ...trpcRoutes({ ...cameraStreams, redactor, log, maxBodyBytes: config.limits.bodies.json }),
      ],
    },
    deliveryRoutes(deliveries.routes),
    status.routes(),
    healthRoutes({ health, metrics }),
    authRoutes({ authenticator, mayOpen: (role, path) => gate.permits(role, 'GET', path) }),
    apiDescriptionRoutes({ groups: () => routes.groups }),
    pageRoutes({ isPublic: config.auth.isPublic }),
  ]);
  const app = createApp({
    routes,
    admission: [gate.middleware(), renewSession(authenticator), ...rateLimits(config.auth.limits, routes)],
    onRefused: (request, error) => refusals.note(request, error),
    isDraining: () => health.isDraining,
    isBehindProxy: config.auth.isPublic,
    bodyLimits: config.limits.bodies,
    redactor,
    log,
  });
  const server = createHttpServer(app, httpTimings(config.limits), connections, (request) =>
    routes.isUpload(request),
  );
  sockets.listen(server);
  const port = await listen(server, config).catch(async (error: unknown) => {
    await persistence.close();
    throw error;
  });
  log.info({ port, url: `http://localhost:${port}` }, 'gateway listens');
  announceAccess({ authenticator, port, risks: [...openRisks(config), ...risks], log, print });

  await persistence.start();
  endedSessions.start();
  perception.start();
  reconciler.start();
  quarantine.start();
  demo?.start();
  pool.start();

  return {
    port,
    routes,
    kill: () => pool.kill(),
    close: async () => {
      health.isDraining = true;
      demo?.close();
      quarantine.close();
      status.close();
      await perception.close();
      await Promise.all([closeHttpServer(server), sockets.close(), reconciler.close(), pool.stop()]);
      relay.close();
      await endedSessions.close();
      await persistence.close();
    },
  };
}

/** Behind a proxy all connections come from that one address. */
function connectionLimits({ limits, auth }: Readonly<GatewayConfig>): ConnectionLimits {
  const perClient = auth.isPublic ? undefined : limits.connectionsPerClient;
  return new ConnectionLimits({ connections: limits.connections, perClient });
}
