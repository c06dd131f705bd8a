/** Builds the devices: table, sources and route. */
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { MediamtxConfig } from '../config/store.ts';
import type { RouteGroup } from '../http/route.ts';
import { type Clock, systemClock } from '../jobs/clock.ts';
import type { Store } from '../store/store.ts';
import { DeviceAgeing } from './device-ageing.ts';
import { deviceMetrics } from './device-metrics.ts';
import { DeviceRepository } from './device-repository.ts';
import { type GatewayCameras, GatewayDevices } from './gateway-devices.ts';
import { MediamtxClient } from './mediamtx/client.ts';
import { authOf, type MediamtxAuth } from './mediamtx/http.ts';
import type { Ownership } from './mediamtx/managed-path.ts';
import { type ManagedCameras, MediamtxManager } from './mediamtx/manager.ts';
import { MediamtxPulse } from './mediamtx/pulse.ts';
import { MediamtxSync } from './mediamtx/sync.ts';
import { whepBase } from './mediamtx/whep-url.ts';
import { deviceRoutes } from './routes.ts';

/** A MediaMTX server and how it is used. */
export interface MediamtxSettings {
  /** Control API; user information in it becomes basic authentication. */
  apiUrl: string;
  auth?: MediamtxAuth | undefined;
  /** Base of its WebRTC server; undefined: port 8889 of the API's host, null: WebRTC is off. */
  webrtcUrl?: string | null | undefined;
  /** Its name in device keys, `{server}:{path}`; any but `gateway`. */
  server: string;
  /** Paths with this prefix are not listed. */
  excludePrefix?: string | undefined;
  /** Whether it carries the cameras of the registry, and under which names. */
  manage?: (Ownership & { isOnDemand: boolean }) | undefined;
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

/** Builds devices; `start` runs them. */
export function createDevices(options: DevicesOptions): Devices {
  const { store, cameras, redactor, log, clock = systemClock() } = options;
  const repository = new DeviceRepository(store);
  const own = new GatewayDevices({ cameras, repository, clock, log });
  const ageing = new DeviceAgeing({ repository, clock, log });
  const mediamtx = createMediamtx(options, repository, clock);
  const jobs = [own, ageing, ...(mediamtx?.jobs ?? [])];
  const forgetSecret = redactor.add(secretOf(options.mediamtx));
  return {
    routes: deviceRoutes({ repository }),
    start: () => {
      for (const job of jobs) job.start();
    },
    close: async () => {
      await Promise.all(jobs.map((job) => job.close()));
      forgetSecret();
    },
    health: () => mediamtx?.health(),
    metrics: () => deviceMetrics(mediamtx?.reports() ?? { sync: undefined, manager: undefined }),
  };
}

function createMediamtx(
  { mediamtx, managedCameras, log }: DevicesOptions,
  repository: DeviceRepository,
  clock: Clock,
) {
  if (mediamtx === undefined) return undefined;
  const { apiUrl, auth, webrtcUrl, server, excludePrefix, manage } = mediamtx;
  const client = new MediamtxClient({ url: apiUrl, auth });
  const base = webrtcUrl === null ? null : whepBase(apiUrl, webrtcUrl);
  const cameraOf = (name: string): string | undefined => manager?.cameraOf(name);
  const parts = { client, repository, clock, log };
  const sync = new MediamtxSync({ ...parts, server, whepBase: base, excludePrefix, cameraOf });
  const manager =
    manage === undefined || managedCameras === undefined
      ? undefined
      : new MediamtxManager({
          client,
          cameras: managedCameras,
          ownership: { prefix: manage.prefix, owner: manage.owner },
          isOnDemand: manage.isOnDemand,
          clock,
          log,
          onApplied: () => sync.runNow(),
        });
  sync.onSeen((seen) => manager?.observe(seen));
  const onRestart = (): void => sync.runNow();
  const reports = () => ({ sync: sync.report(), manager: manager?.report() });
  return {
    // After a restart of MediaMTX all paths are others, and those that the gateway made are gone.
    jobs: [
      sync,
      ...(manager === undefined ? [] : [manager]),
      new MediamtxPulse({ client, clock, onRestart }),
    ],
    reports,
    health: () => {
      const { sync: syncing, manager: manages } = reports();
      return { ...syncing, ...(manages === undefined ? {} : { manage: manages }) };
    },
  };
}

function secretOf(settings: MediamtxSettings | undefined): string | undefined {
  if (settings === undefined) return undefined;
  const auth = settings.auth ?? authOf(new URL(settings.apiUrl));
  return auth?.kind === 'bearer' ? auth.token : auth?.password;
}
