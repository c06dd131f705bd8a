/** Settings of the gateway: the environment, read and checked once. */
import { resolve } from 'node:path';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { type DecoderName, readDecoder } from '#shared/decoder-settings.ts';
import { readLabels } from '#shared/label-settings.ts';
import { type Machine, thisMachine } from '#shared/machine.ts';
import { readMaxPixels } from '#shared/picture-settings.ts';
import {
  type Environment,
  readInteger,
  readIsPrettyLog,
  readLogLevel,
  readSwitch,
  readText,
} from '#shared/settings.ts';
import { readWebrtcSettings, type WebrtcSettings } from '#shared/webrtc-settings.ts';
import type { Labels } from '#shared/worker-labels.ts';
import { type BodyLimits, DEFAULT_BODY_LIMITS } from '../http/body-limits.ts';
import { loadAddressConfig } from './addresses.ts';
import { type AuthConfig, loadAuthConfig } from './auth.ts';
import { type ClusterConfig, loadClusterConfig } from './cluster.ts';
import { defaultMaxRssBytes, defaultRtspWorkers, hasAnalysedDemo } from './machine.ts';
import { loadMqttConfig, type MqttConfig } from './mqtt.ts';
import { loadPerceptionConfig, type PerceptionConfig } from './perception.ts';
import { loadRecordingsConfig, type RecordingsConfig } from './recordings.ts';
import { loadRemoteWorkers, type RemoteWorkersConfig } from './remote-workers.ts';
import { loadSmtpConfig, type SmtpConfig } from './smtp.ts';
import { loadStoreConfig, type StoreConfig } from './store.ts';

export interface GatewayConfig {
  /** Address and port to listen on. */
  host: string;
  port: number;
  /** Folder of this installation's files. */
  dataDir: string;
  logLevel: string;
  /** Whether log lines are for people. */
  isPrettyLog: boolean;
  workers: {
    /** Number of RTSP worker processes; 0 where others run the cameras. */
    rtsp: number;
    /** First HTTP port; seventeen more follow it. */
    portBase: number;
    /** Memory above which a worker is replaced gracefully, bytes. */
    maxRssBytes: number;
    /** Largest picture of a camera, pixels. */
    maxPixels: number;
    decoder: DecoderName;
    /** Which cameras they may run. */
    labels: Labels;
  };
  /** Workers that others start; undefined where the gateway starts its own. */
  remoteWorkers: RemoteWorkersConfig | undefined;
  /** Undefined where it shares its cameras with no other gateway. */
  cluster: ClusterConfig | undefined;
  demo: {
    isOn: boolean;
    /** Whether motion and persons are looked for in it. */
    isAnalysed: boolean;
    /** First RTSP port of the simulator. */
    rtspPort: number;
  };
  limits: {
    /** Time to receive the headers of a request, and a body that is not large, milliseconds. */
    headerMs: number;
    bodyMs: number;
    /** Body sizes, bytes. */
    bodies: BodyLimits;
    cameras: number;
    /** Open TCP connections, all clients together and of one remote address. */
    connections: number;
    connectionsPerClient: number;
    /** Open WebSockets, all clients together and of one remote client. */
    sockets: number;
    socketsPerClient: number;
    /** Subscriptions of one socket. */
    subscriptions: number;
    /** Simultaneous uploads. */
    uploads: number;
  };
  /** Port of the RTSP server that gives cameras on; 0: off. */
  restreamPort: number;
  /** Which cameras may be dialled. */
  addresses: AddressPolicy;
  auth: AuthConfig;
  store: StoreConfig;
  perception: PerceptionConfig;
  recordings: RecordingsConfig;
  /** Undefined without a broker. */
  mqtt: MqttConfig | undefined;
  /** Undefined without a mail server. */
  smtp: SmtpConfig | undefined;
  webrtc: WebrtcSettings;
  /** The part of the environment that workers see. */
  workerEnv: Record<string, string>;
}

/** Variables that workers need; neither keys nor passwords. */
const WORKER_ENV_ALLOWED = ['PATH', 'HOME', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'LOG_LEVEL'];
const KIB = 1024;
const MIB = 1024 * KIB;
const TIMEOUT_MS = { min: 1000, max: 300_000 };

/**
 * Reads the environment.
 * @param machine cores and memory, for the defaults of workers
 * @param isTerminal whether standard output is one
 * @throws SettingsError naming the variable, its value and what is allowed
 */
export function loadConfig(
  env: Environment,
  machine: Machine = thisMachine(),
  isTerminal = false,
): Readonly<GatewayConfig> {
  const port = readInteger(env, 'PORT', { fallback: 5000, min: 0, max: 65535 });
  const remoteWorkers = loadRemoteWorkers(env);
  const store = loadStoreConfig(env);
  const cluster = loadClusterConfig(env, {
    hasPostgres: store.databaseUrl !== undefined,
    hasKey: store.secretKey !== undefined,
    hasRemoteWorkers: remoteWorkers !== undefined,
  });
  const children = readInteger(env, 'RTSP_WORKERS', {
    fallback: defaultRtspWorkers(machine),
    min: 1,
    max: 16,
  });
  const workers = {
    rtsp: remoteWorkers === undefined ? children : 0,
    portBase: readInteger(env, 'RTSP_WORKER_PORT', { fallback: 8082, min: 1, max: 65518 }),
    maxRssBytes:
      readInteger(env, 'WORKER_MAX_RSS_MB', {
        fallback: Math.floor(defaultMaxRssBytes(machine) / MIB),
        min: 128,
        max: 65536,
      }) * MIB,
    maxPixels: readMaxPixels(env),
    decoder: readDecoder(env),
    labels: readLabels(env),
  };
  const restreamPort = readInteger(env, 'RTSP_PORT', { fallback: 0, min: 0, max: 65535 });
  const dataDir = resolve(readText(env, 'DATA_DIR', './data'));
  const perception = loadPerceptionConfig(env);
  return Object.freeze({
    host: readText(env, 'HOST', '0.0.0.0'),
    port,
    dataDir,
    logLevel: readLogLevel(env),
    isPrettyLog: readIsPrettyLog(env, isTerminal),
    workers,
    remoteWorkers,
    cluster,
    demo: {
      // The simulated cameras are on this machine, which workers elsewhere do not reach.
      isOn: readSwitch(env, 'DEMO_CAMERAS', remoteWorkers === undefined && cluster === undefined),
      isAnalysed: hasAnalysedDemo(machine),
      rtspPort: readInteger(env, 'SIMULATOR_PORT', { fallback: 8554, min: 1, max: 65535 }),
    },
    limits: {
      headerMs: readInteger(env, 'HEADER_TIMEOUT_MS', { fallback: 10_000, ...TIMEOUT_MS }),
      bodyMs: readInteger(env, 'BODY_TIMEOUT_MS', { fallback: 10_000, ...TIMEOUT_MS }),
      bodies: readBodyLimits(env),
      cameras: readInteger(env, 'MAX_CAMERAS', { fallback: 256, min: 1, max: 10_000 }),
      connections: readInteger(env, 'MAX_CONNECTIONS', { fallback: 2000, min: 10, max: 100_000 }),
      connectionsPerClient: readInteger(env, 'MAX_CONNECTIONS_PER_CLIENT', {
        fallback: 200,
        min: 1,
        max: 100_000,
      }),
      sockets: readInteger(env, 'MAX_SOCKETS', { fallback: 1000, min: 1, max: 100_000 }),
      socketsPerClient: readInteger(env, 'MAX_SOCKETS_PER_CLIENT', { fallback: 50, min: 1, max: 100_000 }),
      subscriptions: readInteger(env, 'MAX_SUBSCRIPTIONS', { fallback: 64, min: 1, max: 1000 }),
      uploads: readInteger(env, 'MAX_UPLOADS', { fallback: 2, min: 1, max: 100 }),
    },
    restreamPort,
    addresses: loadAddressConfig(env, [port, restreamPort, ...rtspPorts(workers)]),
    auth: loadAuthConfig(env),
    store,
    perception,
    recordings: loadRecordingsConfig(env, {
      ...{ dataDir, machine, eventDays: perception.eventsRetentionDays },
      hasOthers: remoteWorkers !== undefined || cluster !== undefined,
    }),
    mqtt: loadMqttConfig(env),
    smtp: loadSmtpConfig(env),
    webrtc: readWebrtcSettings(env),
    workerEnv: pick(env, WORKER_ENV_ALLOWED),
  });
}

/** Ports of the RTSP workers, if none is taken. */
function rtspPorts({ rtsp, portBase }: GatewayConfig['workers']): number[] {
  return Array.from({ length: rtsp }, (_, index) => portBase + index);
}

function pick(env: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function readBodyLimits(env: Environment): BodyLimits {
  const { json, image, import: imported } = DEFAULT_BODY_LIMITS;
  return {
    json: readInteger(env, 'MAX_JSON_KB', { fallback: json / KIB, min: 16, max: 65_536 }) * KIB,
    image: readInteger(env, 'MAX_IMAGE_MB', { fallback: image / MIB, min: 1, max: 256 }) * MIB,
    import: readInteger(env, 'MAX_IMPORT_MB', { fallback: imported / MIB, min: 1, max: 256 }) * MIB,
  };
}
