/** The whole gateway: built and started from top to bottom, closed in reverse. */
import type { Logger } from '#shared/logger.ts';
import { productVersion } from '#shared/product-version.ts';
import type { Redactor } from '#shared/redact.ts';
import { createAgents } from './agents/agents.ts';
import { createAnalysis } from './analysis/analysis.ts';
import { createAccess } from './auth/access.ts';
import { announceAccess } from './auth/announcement.ts';
import { openRisks } from './auth/open-risks.ts';
import { createCameraStreams } from './camera-streams/camera-streams.ts';
import { videoPlace } from './camera-streams/video-check.ts';
import { CameraDirectory } from './cameras/camera-directory.ts';
import { limitedStatuses } from './cameras/camera-limit.ts';
import { createCameras } from './cameras/cameras.ts';
import { Demo } from './cameras/demo.ts';
import { demoRoutes } from './cameras/demo-routes.ts';
import { pictureRoutes } from './cameras/picture-routes.ts';
import type { GatewayConfig } from './config/config.ts';
import { pageRoutes } from './dashboard/page-routes.ts';
import { createStatusStream } from './dashboard/status.ts';
import { createDeliveries } from './deliveries/deliveries.ts';
import { createDevices, mediamtxSettings } from './devices/devices.ts';
import { managedCameras, ownCameras } from './devices/known-cameras.ts';
import { discoveryRoutes } from './discovery/routes.ts';
import { EventDeliveries } from './events/event-deliveries.ts';
import { createEvents } from './events/events.ts';
import { GatewayHealth } from './health/gateway-health.ts';
import { createMetrics } from './health/metrics.ts';
import { RecentWarnings } from './health/recent-warnings.ts';
import { healthRoutes } from './health/routes.ts';
import { factsOf, type GatewayFacts } from './host/facts.ts';
import { openDoor } from './host/open-door.ts';
import { serve } from './host/serve.ts';
import type { FrontDoor } from './http/front-door.ts';
import { RouteTable } from './http/route-table.ts';
import { Lifecycle } from './jobs/lifecycle.ts';
import { mcpRoutes } from './mcp/routes.ts';
import { CameraFrames } from './models/camera-frames.ts';
import { DailyRepository } from './models/daily-repository.ts';
import { createMoondream } from './moondream/moondream.ts';
import { createMqtt } from './mqtt/mqtt.ts';
import { createNotifications } from './notifications/notifications.ts';
import { apiDescriptionRoutes } from './openapi/routes.ts';
import { createWorkers, ofKeptWorkers } from './placement/workers.ts';
import { createPtzActs } from './ptz/ptz.ts';
import { controlRoutes } from './ptz/routes.ts';
import { createReasoning } from './reasoning/reasoning.ts';
import { createRecordings } from './recordings/recordings.ts';
import { restreamOf } from './restream/restream-of.ts';
import { frameSocketRoutes } from './sockets/routes.ts';
import { createSockets } from './sockets/sockets.ts';
import { openStorage } from './store/storage.ts';
import { startWhenReady } from './store/store-jobs.ts';
import { createWatches } from './watches/watches.ts';
import { liveVideoRoutes } from './webrtc/live-video.ts';
import { CameraRouting } from './worker-access/camera-routing.ts';
import { cameraProxies } from './worker-access/http-proxy.ts';
import { Quarantine } from './worker-access/quarantine.ts';
import { ANALYSIS, type GatewayPool, QUARANTINE, rtspWorkerNames, SIMULATOR } from './worker-specs.ts';

export interface GatewayOptions {
  config: Readonly<GatewayConfig>;
  /** The workers, those of `createPool`. */
  pool: GatewayPool;
  /** The open port; opened here by default. */
  door?: FrontDoor;
  redactor: Redactor;
  log: Logger;
  /** The last warnings of the log; none without it. */
  recentWarnings?: RecentWarnings;
  /** Further startup warnings, beside those of the configuration. */
  risks?: readonly string[];
  /** Prints a line for the operator, outside the log. */
  print?: (line: string) => void;
}

/** A gateway that listens. */
export interface OpenGateway {
  port: number;
  /** What it serves. */
  routes: RouteTable;
  facts(): GatewayFacts;
  /** Stops accepting, says farewell, stops the workers. */
  close(): Promise<void>;
  /** Kills the workers immediately, for a process that must exit now. */
  kill(): void;
}

/** Serves clients, then starts the workers without waiting for them. @throws PortUnavailableError */
export async function openGateway(options: GatewayOptions): Promise<OpenGateway> {
  const { config, redactor, log, recentWarnings = new RecentWarnings(), risks = [], print } = options;
  const { dataDir, limits, perception } = config;
  const door = options.door ?? (await openDoor(config));
  const lifecycle = new Lifecycle();
  const table = new RouteTable();

  // What is stored
  const { databaseUrl, secretKey } = config.store;
  const storage = lifecycle.add(openStorage({ dataDir, databaseUrl, secretKey, redactor, log }));
  const { store, box: secretBox } = storage;
  const access = createAccess({ config: config.auth, dataDir, table, store, secretBox, redactor, log });
  const { authenticator } = access;
  for (const secret of [config.store.deliveries.webhookSecret, config.smtp?.login?.password])
    redactor.add(secret);
  const deliveries = createDeliveries({ store, secretBox, log, ...config.store.deliveries });

  // Cameras and the workers that run them
  const directory = new CameraDirectory(limits.cameras, redactor, config.cluster !== undefined);
  const names = rtspWorkerNames(config);
  const workers = createWorkers({
    ...{ config, children: options.pool, names, store, box: secretBox, directory, redactor, log },
  });
  const agents = createAgents({ store, box: secretBox, config, directory, workers, log });
  const { pool } = agents;
  const kept = workers.keep(pool);
  const { owners, labelsOf, faults: shared, epochOf, whenShared } = workers;
  const routing = new CameraRouting({ directory, pool, workers: names, apart: QUARANTINE, owners, labelsOf });
  workers.follow(routing);
  agents.guide(routing);
  const quarantine = new Quarantine({ pool, routing, directory, workers: QUARANTINE, shared, log });
  const streams = createCameraStreams({
    ...{ storage, dataDir, directory, routing, place: videoPlace(config), deliveries, redactor, log },
    limits: { ...config.store.uploads, uploads: limits.uploads, jsonBytes: limits.bodies.json },
  });
  const cameras = createCameras({
    ...{ storage, directory, routing, log, pool: kept, epochOf, whenShared },
    addresses: config.addresses,
    file: config.store.camerasFile,
    videos: streams.videos,
    offline: () => [...agents.offline(), ...limitedStatuses(directory)],
    mirrorOf: agents.mirrorOf,
    rtspStatus: () => health.rtsp(),
  });
  const { states, reconciler } = cameras;
  const isAnalysed = perception.analysis.isOn;
  const demo = config.demo.isOn
    ? new Demo({
        ...{ directory, pool, worker: SIMULATOR, log },
        isAnalysed: isAnalysed && config.demo.isAnalysed,
      })
    : undefined;
  const devices = createDevices({
    ...{ store, redactor, log },
    cameras: ownCameras(directory, states),
    managedCameras: managedCameras(directory, config.store.mediamtx?.gateway),
    mediamtx: mediamtxSettings(config.store.mediamtx),
  });
  const startDevices = (): void => startWhenReady(store, devices.start);
  lifecycle.addTogether(access, deliveries, streams, cameras, { ...devices, start: startDevices });

  // What looks at pictures
  const backend = new EventDeliveries({ store, deliveries, log });
  const notices = createNotifications({ store, secretBox, access, directory, states, pool, config, log });
  const events = createEvents({
    ...{ store, log, begins: notices, expectOurs: workers.expectOurs },
    retentionDays: perception.eventsRetentionDays,
    backend: perception.deliversEvents ? backend : undefined,
  });
  const recordings = createRecordings({ ...config.recordings, store, directory, routing, pool: kept, log });
  events.eventLog.onEvent((event) => recordings.onEvent(event));
  const analysis = createAnalysis({
    ...{ pool, worker: ANALYSIS, isOn: isAnalysed, directory, doors: agents.doors, log },
    routing: ofKeptWorkers(routing, workers.keeps, kept),
    events: events.eventLog,
  });
  const frames = new CameraFrames(routing);
  const ledger = new DailyRepository(store, 'moondream');
  const moondream = createMoondream({ ...perception.moondream, ledger, frames, redactor });
  const reasoning = createReasoning({
    ...{ store, secretBox, moondream, frames, perception, redactor, log },
    cameras: () => directory.wanted().map(({ id }) => id),
    nameOf: (id) => directory.find(id)?.name ?? id,
    deliveries,
  });
  const acts = createPtzActs({ routing, persons: analysis.persons, reasoning, store, log });
  const mqtt = createMqtt(config.mqtt, {
    ...{ storage, directory, cameras, routing, frames, events, analysis, reasoning, acts, redactor, log },
  });
  const watches = createWatches({
    ...{ store, routing, directory, redactor, log },
    reasoner: reasoning.reasoner,
    ...{ targets: acts, notices },
    onReading: mqtt.onReading,
    events: events.eventLog,
    motion: isAnalysed ? analysis.channel : undefined,
    deliverEvent: (id, event) => backend.deliver(id, event),
    budget: perception.moondream.budget,
    timeoutMs: perception.moondream.timeoutMs,
  });

  // What tells of the gateway
  const services = () => ({
    ...storage.health(recordings.reasons()),
    deliveries: deliveries.stats(),
    mediamtx: devices.health(),
    camerasFile: cameras.fileStatus(),
    analysis: analysis.health(),
    recordings: recordings.health(),
    moondream: moondream.report(),
    reasoning: reasoning.report(),
    watches: watches.report(),
    notifications: notices.report(),
    mqtt: mqtt.health(),
    quarantine: quarantine.list(),
    slowViewers: sockets.slowViewers(),
    restream: config.restreamPort === 0 ? undefined : { port: config.restreamPort },
  });
  const health = new GatewayHealth({ pool, routing, store, further: services });
  const status = createStatusStream({
    ...{ directory, states, pool, routing, services, log },
    gatewayState: () => health.status,
    isPublic: config.auth.isPublic,
    dataDir,
  });
  const sockets = createSockets({
    ...{ pool, routing, access, table, limits, redactor, log },
    connections: door.connections,
    detections: analysis.channel,
  });
  const metrics = createMetrics({
    pool,
    workers: () => [...routing.workers, ANALYSIS],
    gauges: () => ({ ...sockets.counts(), cameras: directory.list().length }),
    further: () => [
      table.times.metric(),
      ...[devices, deliveries, events, mqtt].flatMap((part) => part.metrics()),
    ],
  });

  // What clients reach
  const proxies = cameraProxies({ routing, log });
  table.add([
    cameras.routes,
    discoveryRoutes({ routing, addresses: config.addresses, store, redactor, log }),
    demoRoutes(demo),
    pictureRoutes(agents.pictures(routing, sockets.relay, proxies)),
    agents.routes,
    ...controlRoutes(proxies.answers, acts),
    frameSocketRoutes(),
    liveVideoRoutes({ routing, access, files: proxies.files, isShared: owners !== undefined, log }),
    events.routes,
    notices.routes,
    recordings.routes,
    analysis.routes,
    moondream.routes,
    reasoning.routes,
    mcpRoutes({ version: productVersion(), log }),
    watches.routes,
    devices.routes,
    streams.routes,
    deliveries.routes,
    status.routes(),
    healthRoutes({ health, pool, metrics, recentWarnings }),
    ...access.routes,
    apiDescriptionRoutes({ groups: () => table.groups }),
    pageRoutes({ isPublic: config.auth.isPublic }),
  ]);
  serve({ config, redactor, log, door, table, access, isDraining: () => health.isDraining });
  sockets.listen(door.server);

  // Started in this order, closed in reverse
  lifecycle.addTogether({ close: () => sockets.relay.close() }, recordings);
  lifecycle.addTogether(
    door,
    agents,
    { close: () => sockets.close() },
    { close: () => pool.stop() },
    reconciler,
  );
  lifecycle.add(workers); // Closed first: other gateways take workers over while this one still holds them.
  lifecycle.addTogether(notices, events);
  lifecycle.addTogether(analysis, watches, reasoning);
  lifecycle.add(acts);
  lifecycle.addTogether(quarantine, { close: () => status.close() });
  if (demo !== undefined) {
    // Whether the demo is wanted is known once the stored cameras are.
    const start = (): void =>
      void cameras
        .expectLoaded()
        .finally(() => demo.start())
        .catch(() => {});
    lifecycle.add({ start, close: () => demo.close() });
  }

  lifecycle.addTogether(mqtt, restreamOf(config, { routing, door: access.door, log }));

  const { port } = door;
  log.info({ port, url: `http://localhost:${port}` }, 'gateway listens');
  announceAccess({ authenticator, port, risks: [...openRisks(config), ...risks], log, print });
  door.admit();
  await lifecycle.start();
  pool.start();
  const close = (): Promise<void> => {
    health.isDraining = true;
    return lifecycle.close();
  };
  const facts = () => factsOf({ authenticator, directory, hasDemo: demo !== undefined, reasoning });
  return { port, routes: table, facts, kill: () => pool.kill(), close };
}
