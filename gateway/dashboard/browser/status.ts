/** The gateway's state as in the status stream. */
import type { Camera, CameraStatus, WorkerStatus } from '#shared/client/api-types.ts';

/** A camera with its worker. */
export interface ShownCamera extends Camera {
  worker: string;
}

export interface ShownWorker extends WorkerStatus {
  /** Unix seconds of the next attempt while it is down. */
  retryAt?: number;
}

export interface ShownGateway {
  state: string;
  /** Whether it runs on a public host, which reaches no private network. */
  isPublic: boolean;
  startedAt: string;
  version: string;
  /** Of the data folder, bytes. */
  disk?: { free: number; total: number };
  cpu?: number;
  rss: number;
}

/** The deliveries part of `/health`. */
export interface ShownDeliveries {
  isConfigured: boolean;
  counts?: { pending: number; delivered: number; parked: number };
  oldestPendingSeconds?: number;
  lastError?: { at: string; cameraId: string; error: string };
}

export interface ShownServices {
  database?: { engine: string; ready: boolean };
  deliveries?: ShownDeliveries;
  mediamtx?: Record<string, unknown>;
  analysis?: { state: string; detectors?: Record<string, { state: string; model?: string }> };
  /** The MQTT broker, where there is one. */
  mqtt?: { state: string; broker: string; lastError?: string };
  /** The RTSP server, where it is on. */
  restream?: { port: number };
  watches?: { failing: number };
  [more: string]: unknown;
}

/** A message of the stream: the whole state or a change. */
export interface StatusMessage {
  /** The gateway's clock, Unix milliseconds. */
  now: number;
  ids?: string[];
  cameras?: Record<string, ShownCamera>;
  statuses?: Record<string, CameraStatus | null>;
  workers?: ShownWorker[];
  gateway?: ShownGateway;
  services?: ShownServices;
}

/** The known state. */
export interface GatewayState {
  ids: string[];
  cameras: Map<string, ShownCamera>;
  statuses: Map<string, CameraStatus | null>;
  workers: ShownWorker[];
  gateway: ShownGateway | undefined;
  services: ShownServices;
}

/** Before the first message. */
export function emptyState(): GatewayState {
  return {
    ids: [],
    cameras: new Map(),
    statuses: new Map(),
    workers: [],
    gateway: undefined,
    services: {},
  };
}

/** Applies a message; forgets cameras that are no longer listed. */
export function applyChange(state: GatewayState, message: StatusMessage): GatewayState {
  const ids = message.ids ?? state.ids;
  const known = new Set(ids);
  const merge = <T>(before: Map<string, T>, changes: Record<string, T> = {}): Map<string, T> =>
    new Map([...before, ...Object.entries(changes)].filter(([id]) => known.has(id)));
  return {
    ids,
    cameras: merge(state.cameras, message.cameras),
    statuses: merge(state.statuses, message.statuses),
    workers: message.workers ?? state.workers,
    gateway: message.gateway ?? state.gateway,
    services: message.services ?? state.services,
  };
}
