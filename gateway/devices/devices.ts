/** Builds the devices: table, sources and route. */

import { type Clock, systemClock } from '#shared/clock.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { MediamtxConfig } from '../config/mediamtx.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Store } from '../store/store.ts';
import { DeviceAgeing } from './device-ageing.ts';
import { deviceMetrics } from './device-metrics.ts';
import { DeviceRepository } from './device-repository.ts';
import { type GatewayCameras, GatewayDevices } from './gateway-devices.ts';
import type { EdgeSource } from './known-cameras.ts';
import type { MediamtxAuth } from './mediamtx/http.ts';
import type { ManagedCameras } from './mediamtx/manager.ts';
import { MediamtxServer, type MediamtxServerOptions, secretOf } from './mediamtx/server.ts';
import { MediamtxServers } from './mediamtx/servers.ts';
import { deviceRoutes } from './routes.ts';

/** MediaMTX servers and how they are used. */
export interface MediamtxSettings {
  servers: readonly Pick<MediamtxServerOptions, 'apiUrl' | 'webrtcUrl' | 'server'>[];
  auth?: MediamtxAuth | undefined;
  /** Paths with this prefix are not listed. */
  excludePrefix?: string | undefined;
  /** Whether they carry the cameras of the registry, and under which names. */
  manage?: MediamtxServerOptions['manage'];
  /** Where they get managed cameras; undefined: from the cameras. */
  gateway?: EdgeSource | undefined;
}

export interface DevicesOptions {
  store: Store;
  /** The gateway's own cameras. */
  cameras: GatewayCameras;
  /** Undefined when MediaMTX is not used. */
  mediamtx?: MediamtxSettings | undefined;
  /** The cameras that MediaMTX shall carry; undefined unless managed. */
  managedCameras?: ManagedCameras | undefined;
  redactor: Redactor;
  log: Logger;
  clock?: Clock;
}

/** What the configuration says of MediaMTX. */
export function mediamtxSettings(config: MediamtxConfig | undefined): MediamtxSettings | undefined {
  if (config === undefined) return undefined;
  const { isManaged, pathPrefix: prefix, owner, isOnDemand } = config;
  return { ...config, manage: isManaged ? { prefix, owner, isOnDemand } : undefined };
}

/** Devices from start to close. */
export interface Devices {
  routes: RouteGroup;
  start(): void;
  close(): Promise<void>;
  /** For `/health`; undefined when MediaMTX is not used. */
  health(): object | undefined;
  metrics(): Metric[];
}

/** Longer than the pause between two runs of the jobs of a server. */
const TURN_MS = 90_000;

/** Builds devices; `start` runs them. */
export function createDevices(options: DevicesOptions): Devices {
  const { store, cameras, redactor, log, clock = systemClock() } = options;
  const repository = new DeviceRepository(store);
  const mediamtx = createServers(options, { repository, clock, onChange: () => own.refresh() });
  const isEdge = options.mediamtx?.gateway !== undefined;
  const whepUrlOf = isEdge ? (id: string) => mediamtx?.whepUrlOf(id) : () => undefined;
  const own = new GatewayDevices({ cameras, repository, clock, log, whepUrlOf });
  const ageing = new DeviceAgeing({ repository, clock, log });
  const jobs = [own, ageing, ...(mediamtx === undefined ? [] : [mediamtx])];
  const forgetSecrets = secretsOf(options.mediamtx).map((secret) => redactor.add(secret));
  return {
    routes: deviceRoutes({ repository }),
    start: () => {
      for (const job of jobs) job.start();
    },
    close: async () => {
      await Promise.all(jobs.map((job) => job.close()));
      for (const forget of forgetSecrets) forget();
    },
    health: () => mediamtx?.health(),
    metrics: () => deviceMetrics(mediamtx?.reports() ?? []),
  };
}

function createServers(
  { store, mediamtx, managedCameras, log }: DevicesOptions,
  parts: Pick<MediamtxServerOptions, 'repository' | 'clock' | 'onChange'>,
): MediamtxServers | undefined {
  if (mediamtx === undefined) return undefined;
  const { auth, excludePrefix, manage } = mediamtx;
  const common = { auth, excludePrefix, manage, managedCameras, log, ...parts };
  return new MediamtxServers(
    mediamtx.servers.map((server) => {
      const isOurTurn = () => store.turns.take(`mediamtx ${server.server}`, TURN_MS);
      return new MediamtxServer({ ...server, ...common, isOurTurn });
    }),
  );
}

function secretsOf(settings: MediamtxSettings | undefined): (string | undefined)[] {
  if (settings === undefined) return [];
  const { servers, auth, gateway } = settings;
  return [gateway?.key, ...servers.map(({ apiUrl }) => secretOf({ apiUrl, auth }))];
}
