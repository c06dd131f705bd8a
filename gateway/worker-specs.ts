/** Which workers this gateway keeps: the only place that names their files, and the pool of them. */
import { join } from 'node:path';
import { addressEnv } from '#shared/address-settings.ts';
import { decoderEnv } from '#shared/decoder-settings.ts';
import type { Logger } from '#shared/logger.ts';
import { decoderBytes } from '#shared/machine.ts';
import { pictureEnv } from '#shared/picture-settings.ts';
import { RECORDING_ENV } from '#shared/recording-link.ts';
import type { Redactor } from '#shared/redact.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';
import type { GatewayConfig } from './config/config.ts';
import { WorkerPool } from './supervisor/pool.ts';
import { RunRegistry } from './supervisor/run-registry.ts';
import { RESTART_TIMINGS, SLOT_TIMINGS, type WorkerSpec } from './supervisor/worker-spec.ts';

/** Ports that RTSP workers share when some are taken: 8082 to 8099. */
const PORT_SPAN = 17;
const MIB = 1024 * 1024;
/** Only the gateway speaks to these: the system chooses a free port, and the worker announces it. */
const ANY_PORT = { first: 0, last: 0 };
/** Decoding, scaling and encoding each take a thread of libuv's pool; its default of 4 would queue eight cameras. */
const UV_THREADS = '8';

/** New objects get 6 MB instead of 48 before they are collected; `--expose-gc` lets workers give memory back. */
const SMALL_HEAP = ['--expose-gc', '--max-semi-space-size=2'];

/**
 * Lets garbage grow to the size of what lives before everything is searched (V8, `Heap::ComputeNewAllocationLimits`).
 * By default that is 8 MB, which a few cameras with viewers fill in a second; each search holds pictures back by
 * tens of milliseconds.
 */
const SELDOM_SEARCHED = ['--heap-growing-percent=100'];

/**
 * glibc keeps what FFmpeg frees in an arena per thread and raises the size from which it returns memory immediately
 * (mallopt(3)); with these a camera without viewers keeps no memory of its decoder. From 64 KB on memory is mapped
 * by itself: reads of sockets take that much and left holes, 12 MB after viewers of four cameras, at no CPU measured.
 */
const NATIVE_MEMORY = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/** Name of the simulator's slot. */
export const SIMULATOR = 'simulator';

/** Name of the analysis worker's slot. */
export const ANALYSIS = 'analysis';

/** Names of the RTSP workers, in order. */
export function rtspWorkerNames({ workers, cluster }: Pick<GatewayConfig, 'workers' | 'cluster'>): string[] {
  // Other gateways have workers too.
  const prefix = cluster === undefined ? '' : `${cluster.name}.`;
  return Array.from({ length: workers.rtsp }, (_, index) => `${prefix}rtsp-${index}`);
}

/** Names of the workers for cameras that broke others; each is started only while it has one. */
export const QUARANTINE = ['quarantine-0', 'quarantine-1', 'quarantine-2', 'quarantine-3'] as const;

/** Child specifications in order of start. */
export function workerSpecs(config: Readonly<GatewayConfig>): WorkerSpec[] {
  const { portBase, maxRssBytes } = config.workers;
  const common = {
    maxRssBytes,
    nodeFlags: SMALL_HEAP,
    timings: SLOT_TIMINGS,
    restart: RESTART_TIMINGS,
  };
  const names = rtspWorkerNames(config);
  const rtsp = [...names, ...QUARANTINE].map((name, index) => ({
    ...common,
    name,
    entry: new URL('../workers/rtsp/main.ts', import.meta.url),
    ports: { first: portBase, last: portBase + PORT_SPAN },
    nodeFlags: [...SMALL_HEAP, ...SELDOM_SEARCHED],
    env: {
      UV_THREADPOOL_SIZE: UV_THREADS,
      ...NATIVE_MEMORY,
      ...webrtcEnv(config, index),
      ...addressEnv(config.addresses),
      ...decoderEnv(config.workers.decoder),
      ...pictureEnv(config.workers.maxPixels),
      ...recordingEnv(config, name),
      ...(config.cluster === undefined ? {} : { WORKER_HOST: config.cluster.listenHost }),
      [WORKER_ENV.decoderMb]: String(Math.floor(decoderBytes(maxRssBytes) / MIB)),
      ...(index < names.length ? {} : { [WORKER_ENV.quarantine]: 'on' }),
    },
    isRequired: index < names.length,
    isOnDemand: index >= names.length,
  }));
  const { analysis } = config.perception;
  const workers = analysis.isOn ? [...rtsp, { ...common, ...analysisSpec(analysis) }] : rtsp;
  if (!config.demo.isOn) return workers;
  const simulator = {
    ...common,
    name: SIMULATOR,
    entry: new URL('../workers/simulator/main.ts', import.meta.url),
    ports: ANY_PORT,
    env: { ...NATIVE_MEMORY, SIMULATOR_PORT: String(config.demo.rtspPort) },
    isRequired: false,
  };
  return [...workers, simulator];
}

/** Each worker gets its share of the memory, and of the disk where it looks after its own folder. */
function recordingEnv(
  { recordings, store, workers }: Readonly<GatewayConfig>,
  worker: string,
): Record<string, string> {
  const mib = (bytes: number): string => String(Math.ceil(bytes / MIB));
  const count = Math.max(1, workers.rtsp);
  const { isHere, folder, quotaBytes, ringBytes } = recordings;
  return {
    [RECORDING_ENV.folder]: isHere ? folder : join(folder, worker),
    [RECORDING_ENV.reserveMb]: mib(store.uploads.reserveBytes),
    [RECORDING_ENV.ringMb]: mib(ringBytes / count),
    ...(isHere ? {} : { [RECORDING_ENV.quotaMb]: mib(quotaBytes / count) }),
  };
}

function analysisSpec({ fps, personModel, faceModel }: GatewayConfig['perception']['analysis']) {
  return {
    name: ANALYSIS,
    entry: new URL('../workers/analysis/main.ts', import.meta.url),
    ports: ANY_PORT,
    env: {
      ...NATIVE_MEMORY,
      ANALYSIS_FPS: String(fps),
      ...(personModel === undefined ? {} : { PERSON_MODEL: personModel }),
      ...(faceModel === undefined ? {} : { FACE_MODEL: faceModel }),
    },
    isRequired: false,
    isOnDemand: true,
  };
}

/** Each worker has a UDP port of its own. */
function webrtcEnv({ webrtc }: Pick<GatewayConfig, 'webrtc'>, index: number): Record<string, string> {
  const { publicAddresses, iceServers, udpPort, maxSessions } = webrtc;
  return {
    MAX_WEBRTC_SESSIONS: String(maxSessions),
    WEBRTC_PUBLIC_IP: publicAddresses.join(','),
    ICE_SERVERS: iceServers.length === 0 ? '' : JSON.stringify(iceServers),
    WEBRTC_UDP_PORT: udpPort === undefined ? '0' : String(udpPort + index),
  };
}

/** The part of the supervisor that the gateway needs. */
export type GatewayPool = Pick<
  WorkerPool,
  | 'start'
  | 'stop'
  | 'startWorker'
  | 'retireWorker'
  | 'kill'
  | 'probeNow'
  | 'restart'
  | 'status'
  | 'address'
  | 'onReady'
  | 'onDown'
  | 'onBroken'
>;

/** What a pool needs. */
export interface CreatePoolOptions {
  config: Readonly<GatewayConfig>;
  redactor: Redactor;
  log: Logger;
}

/** The worker processes that a configuration asks for; none is started yet. */
export function createPool({ config, redactor, log }: CreatePoolOptions): WorkerPool {
  const registry = new RunRegistry(join(config.dataDir, 'run'), log);
  return new WorkerPool({ specs: workerSpecs(config), registry, baseEnv: config.workerEnv, redactor, log });
}
