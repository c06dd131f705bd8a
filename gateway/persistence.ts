/** Everything that lives in the database, built in order, closed in reverse. */
import { join } from 'node:path';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { urlWithCredentials } from '#shared/camera-source.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { CameraStreamRepository } from './camera-streams/camera-stream-repository.ts';
import { CameraStreamService } from './camera-streams/camera-stream-service.ts';
import type { CameraStreamRoutesOptions } from './camera-streams/routes.ts';
import { UploadFolder } from './camera-streams/upload-folder.ts';
import { UploadQuota } from './camera-streams/upload-quota.ts';
import { VideoCheck } from './camera-streams/video-check.ts';
import type { CameraDirectory } from './cameras/camera-directory.ts';
import { CameraRepository } from './cameras/camera-repository.ts';
import type { CameraStates } from './cameras/camera-states.ts';
import { CamerasFile } from './cameras/cameras-file.ts';
import { CameraRegistry } from './cameras/registry.ts';
import { summariseStart } from './cameras/start-summary.ts';
import type { StoreConfig } from './config/store.ts';
import { createDeliveries, type Deliveries } from './deliveries/deliveries.ts';
import { deliveryMetrics } from './deliveries/delivery-metrics.ts';
import { createDevices, type Devices, type DevicesOptions } from './devices/devices.ts';
import { openSecretBox, type SecretBox } from './store/secret-box.ts';
import { openStore, type Store } from './store/store.ts';
import { isWritable } from './store/unwritable.ts';
import type { CameraRouting } from './worker-access/camera-routing.ts';

/** What is needed to open it. */
export interface PersistenceOptions {
  config: { dataDir: string; addresses: AddressPolicy; store: StoreConfig; limits: { uploads: number } };
  directory: CameraDirectory;
  states: CameraStates;
  routing: Pick<CameraRouting, 'anyReady'>;
  redactor: Redactor;
  log: Logger;
}

/** The stored parts of a gateway. */
export interface Persistence {
  store: Store;
  box: SecretBox;
  registry: CameraRegistry;
  cameraStreams: CameraStreamRoutesOptions;
  deliveries: Deliveries;
  devices: Devices;
  isSecretKey(candidate: string): boolean;
  /** What `/health` tells of it. */
  health(): Record<string, unknown>;
  metrics(): Metric[];
  /** Starts what runs by itself; waits for no database. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the database and builds what stands on it; nothing runs before `start`. @throws Error when the key cannot be read */
export function openPersistence(options: PersistenceOptions): Persistence {
  const { config, directory, redactor, log } = options;
  const { dataDir, store: settings } = config;
  for (const secret of [
    settings.secretKey,
    settings.deliveries.webhookSecret,
    passwordIn(settings.databaseUrl),
  ])
    redactor.add(secret);
  const store = openStore({ dataDir, databaseUrl: settings.databaseUrl, log });
  const { box, isSecretKey } = openSecretBox(dataDir, settings.secretKey);
  const deliveries = createDeliveries({ store, secretBox: box, log, ...settings.deliveries });
  const streams = createStreams(options, { store, box, deliveries });
  const { repository, cameraStreams } = streams;
  const videos = {
    fileOf: async (id: string) => {
      const { videoFile = null, videoRemovedAt = null } = (await repository.find(id)) ?? {};
      const isThere = videoFile !== null && videoRemovedAt === null;
      return isThere ? cameraStreams.uploads.pathOf(videoFile) : undefined;
    },
  };
  const registry = new CameraRegistry({
    store,
    repository: new CameraRepository(box),
    directory,
    videos,
    addresses: config.addresses,
    log,
  });
  const file =
    settings.camerasFile === undefined
      ? undefined
      : new CamerasFile({ file: settings.camerasFile, registry, log });
  const devices = createDevices(devicesOptions(options, store));
  const closing = new AbortController();
  return {
    store,
    box,
    registry,
    cameraStreams,
    deliveries,
    devices,
    isSecretKey,
    health: () => ({
      reasons: reasonsOf(store, dataDir),
      database: {
        engine: store.engine,
        ready: store.isAvailable,
        restored: store.restoration,
        fileLoss: store.fileLoss,
      },
      deliveries: deliveries.stats(),
      mediamtx: devices.health(),
      camerasFile: file?.status,
    }),
    metrics: () => [...devices.metrics(), ...deliveryMetrics(deliveries.stats())],
    start: async () => {
      registry.start();
      file?.start();
      const unswept = (error: unknown): void => log.warn({ err: error }, 'uploads could not be swept');
      // Without a folder to write to there are no uploads; everything else there is.
      const started = await cameraStreams.service.start().catch(unswept);
      started?.swept.catch(unswept);
      deliveries.start();
      void store.whenReady().then(
        () => devices.start(),
        () => {},
      );
      const summary = { directory, states: options.states, log, signal: closing.signal };
      void registry.whenLoaded().then(
        () => summariseStart(summary),
        () => {},
      );
    },
    close: async () => {
      closing.abort();
      await Promise.all([file?.close(), registry.close(), devices.close(), deliveries.close()]);
      await store.close();
    },
  };
}

/** Codes of what is wrong with what is stored, for `/health`. */
function reasonsOf({ isAvailable, isNewer, fileLoss, restoration }: Store, dataDir: string): string[] {
  return [
    ...(isAvailable ? [] : [isNewer ? 'db_newer_version' : 'db_unavailable']),
    ...(fileLoss === undefined ? [] : [`db_file_${fileLoss.what}`]),
    ...(restoration === undefined ? [] : ['db_restored']),
    ...(isWritable(dataDir) ? [] : ['data_dir_unwritable']),
  ];
}

function createStreams(
  { config, routing, directory, log }: PersistenceOptions,
  { store, box, deliveries }: { store: Store; box: SecretBox; deliveries: Deliveries },
): { repository: CameraStreamRepository; cameraStreams: CameraStreamRoutesOptions } {
  const { maxBytes, reserveBytes, quotaBytes } = config.store.uploads;
  const uploads = new UploadFolder({
    folder: join(config.dataDir, 'uploads'),
    maxBytes: Math.min(maxBytes, quotaBytes),
    reserveBytes,
  });
  const repository = new CameraStreamRepository(store.db, box);
  const isPlayed = (file: string): boolean =>
    directory.registered().some(({ source }) => source.kind === 'video' && source.file === file);
  const quota = new UploadQuota({ repository, uploads, quotaBytes, isPlayed, log });
  const service = new CameraStreamService({
    store,
    repository,
    outbox: deliveries.outbox,
    uploads,
    quota,
    check: new VideoCheck(routing),
    onStored: () => deliveries.sender.wake(),
  });
  return { repository, cameraStreams: { service, uploads, maxUploads: config.limits.uploads } };
}

function devicesOptions(options: PersistenceOptions, store: Store): DevicesOptions {
  const { directory, states, redactor, log } = options;
  const { mediamtx } = options.config.store;
  const onChange = (listener: () => void): (() => void) => directory.onChange(listener);
  return {
    store,
    redactor,
    log,
    cameras: {
      list: (isFresh) => listCameras(directory, isFresh ? states.read() : states.newest()),
      onChange,
    },
    managedCameras: { list: async () => managedCameras(directory), onChange },
    mediamtx: mediamtx && {
      ...mediamtx,
      manage: mediamtx.isManaged
        ? { prefix: mediamtx.pathPrefix, owner: mediamtx.owner, isOnDemand: mediamtx.isOnDemand }
        : undefined,
    },
  };
}

async function listCameras(directory: CameraDirectory, reading: ReturnType<CameraStates['read']>) {
  const known = await reading;
  return directory.list().map(({ id, name, location, enabled, origin }) => {
    const status = known.get(id);
    return {
      id,
      name,
      location,
      enabled,
      isDemo: origin === 'demo',
      connected: status?.connected ?? false,
      codec: status?.codec ?? undefined,
      width: status?.width ?? undefined,
      height: status?.height ?? undefined,
      frameRate: status?.frameRate,
      viewers: status?.viewers,
      reason: status?.reason,
    };
  });
}

function managedCameras(directory: CameraDirectory) {
  return directory
    .wanted()
    .flatMap(({ id, source, origin }) =>
      source.kind === 'rtsp' && origin === 'registry'
        ? [{ id, url: urlWithCredentials(source), transport: source.transport }]
        : [],
    );
}

function passwordIn(url: string | undefined): string | undefined {
  return url === undefined ? undefined : decodeURIComponent(new URL(url).password);
}
