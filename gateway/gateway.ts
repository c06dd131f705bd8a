/** The whole gateway: built in the order of the data's way, closed in reverse. */
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { createApp } from './app.ts';
import { CameraDirectory } from './cameras/camera-directory.ts';
import { CameraOwners } from './cameras/camera-owners.ts';
import { Connector } from './cameras/connector.ts';
import { Demo } from './cameras/demo.ts';
import { Reconciler } from './cameras/reconciler.ts';
import type { GatewayConfig } from './config.ts';
import { GatewayHealth } from './health/gateway-health.ts';
import { createMetrics } from './health/metrics.ts';
import { listen } from './listen.ts';
import { FrameRelay } from './proxy/frame-relay.ts';
import { ClientSockets } from './proxy/upgrade.ts';
import { WorkerPool } from './supervisor/pool.ts';
import { RunRegistry } from './supervisor/run-registry.ts';
import { rtspWorkerNames, SIMULATOR, workerSpecs } from './worker-specs.ts';

/** What a gateway is made of. */
export interface GatewayOptions {
  config: Readonly<GatewayConfig>;
  redactor: Redactor;
  log: Logger;
}

/** A gateway that listens. */
export interface OpenGateway {
  port: number;
  /** Stops accepting, says farewell, stops the workers. */
  close(): Promise<void>;
  /** Kills the workers at once, for a process that must end now. */
  kill(): void;
}

/** Slow senders of headers and bodies are cut off (slowloris), milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTIONS_CHECK_MS = 2000;
/** Above the keep-alive of common load balancers, so that they close first. */
const KEEP_ALIVE_MS = 65_000;
/** Requests under way may finish within this after the order to stop, milliseconds. */
const DRAIN_MS = 1000;

/** Listens at once and starts the workers; waits for none of them. @throws PortUnavailableError */
export async function openGateway({ config, redactor, log }: GatewayOptions): Promise<OpenGateway> {
  const workers = rtspWorkerNames(config);
  const registry = new RunRegistry(join(config.dataDir, 'run'), log);
  const pool = new WorkerPool({
    specs: workerSpecs(config),
    registry,
    baseEnv: config.workerEnv,
    redactor,
    log,
  });
  const owners = new CameraOwners(pool, workers);
  const directory = new CameraDirectory(config.limits.cameras);
  const isKnown = (id: string): boolean => directory.has(id);
  const ownerOf = (id: string): string => owners.nameFor(id);
  const reconciler = new Reconciler({ directory, owners, pool, log });
  const demo = new Demo({ directory, pool, worker: SIMULATOR, log });
  const relay = new FrameRelay({ pool, workers, ownerOf, isKnown, log });
  const sockets = new ClientSockets({ feed: relay, maxSockets: config.limits.sockets, redactor, log });
  const health = new GatewayHealth(pool, workers);
  const gauges = () => ({
    sockets: sockets.size,
    upstreamSubscriptions: relay.upstreamSubscriptions,
    drops: sockets.drops,
    cameras: directory.list().length,
  });
  const app = createApp({
    cameras: {
      directory,
      connector: new Connector({ directory, owners, reconciler }),
      rtspStatus: () => health.rtsp(),
    },
    proxy: { owners, isKnown, kick: (name) => pool.kick(name), redactor, log },
    health: { health, metrics: createMetrics({ pool, workers, gauges }) },
    redactor,
    log,
  });
  const server = createServer({ connectionsCheckingInterval: CONNECTIONS_CHECK_MS }, app);
  limitTimes(server);
  sockets.listen(server);
  const port = await listen(server, config);
  log.info({ port, url: `http://localhost:${port}` }, 'gateway listens');

  reconciler.start();
  demo.start();
  pool.start();

  return {
    port,
    kill: () => pool.kill(),
    close: async () => {
      health.isDraining = true;
      demo.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
      await Promise.all([sockets.close(), reconciler.close(), pool.stop()]);
      relay.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function limitTimes(server: Server): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxHeadersCount = 100;
}
