/** Settings of an RTSP worker. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { readAddressPolicy } from '#shared/address-settings.ts';
import { AGENT_ENV, proxyEnv } from '#shared/agent-link.ts';
import { readArchiveSettings, readReserve } from '#shared/archive-settings.ts';
import { type DecoderName, readDecoder } from '#shared/decoder-settings.ts';
import { readLabels } from '#shared/label-settings.ts';
import { decoderBytes, thisMachine } from '#shared/machine.ts';
import { readMaxPixels } from '#shared/picture-settings.ts';
import { RECORDING_ENV } from '#shared/recording-link.ts';
import {
  type Environment,
  readInteger,
  readLogLevel,
  readOptional,
  readSwitch,
  readText,
  SettingsError,
} from '#shared/settings.ts';
import { readWebrtcSettings, type WebrtcSettings } from '#shared/webrtc-settings.ts';
import type { Labels } from '#shared/worker-labels.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';
import type { DialTarget } from '../host/agent/dialler.ts';
import { type HostConfig, loadHostConfig } from '../host/config.ts';

/** Everything an RTSP worker is told from outside. */
export interface RtspWorkerConfig {
  host: HostConfig;
  /** Certificate and key in PEM, for HTTPS; undefined for HTTP. */
  tls: { cert: string; key: string } | undefined;
  /** How much it can run, beside other workers. */
  capacity: number;
  /** Which cameras it may run. */
  labels: Labels;
  /** Where it notes its work for its next process; undefined where a supervisor does. */
  trailFile: string | undefined;
  /** Address to bind. */
  bind: string;
  port: number;
  /** Which cameras may be dialled. */
  addresses: AddressPolicy;
  webrtc: WebrtcSettings;
  /** Of one picture of a camera. */
  maxPixels: number;
  /** Undefined where nothing is recorded, as by a worker that runs alone. */
  recording: RecordingConfig | undefined;
  /** Copies of uploaded videos; undefined where the gateway has the same disk. */
  videos: VideosConfig | undefined;
  logLevel: string;
  /** Compressed video that its cameras keep together for the next viewer, bytes. */
  maxPacketBytes: number;
  /** What decodes pictures. */
  decoder: DecoderName;
  /** Memory of all decoders, bytes. */
  maxDecoderBytes: number;
  /** Whether it runs only cameras that broke others. */
  isQuarantine: boolean;
  /** The gateway that it dials out to; undefined for a worker that its gateway reaches. */
  agent: DialTarget | undefined;
}

/** Where segments are written, and what they may take. */
export interface RecordingConfig {
  /** Absolute path. */
  folder: string;
  /** Disk space that stays free. */
  reserveBytes: number;
  /** Memory of the newest seconds of all cameras. */
  ringBytes: number;
  /** Disk space of all recordings and clips; undefined where the gateway looks after the folder. */
  quotaBytes: number | undefined;
}

/** Where copies of uploaded videos are, and what they may take. */
export type VideosConfig = Omit<RecordingConfig, 'ringBytes' | 'quotaBytes'> & { quotaBytes: number };

const DEFAULT_PORT = 8082;
/** Of the memory an eighth: 64 MB of 512, where a camera keeps 0.5 to 5. */
const PACKETS_SHARE = 8;
const MIB = 1024 * 1024;

/** Reads the environment. @throws SettingsError naming the variable at fault */
export function loadConfig(env: Environment): Readonly<RtspWorkerConfig> {
  const host = loadHostConfig(env, 'rtsp', true);
  const isAlone = host.token === undefined;
  const isChild = !isAlone && !host.isRemote;
  const { memoryBytes } = thisMachine();
  const port = readInteger(env, WORKER_ENV.port, { fallback: DEFAULT_PORT, min: 0, max: 65535 });
  return Object.freeze({
    host,
    tls: readTls(env),
    capacity: readInteger(env, 'WORKER_CAPACITY', { fallback: thisMachine().cores, min: 1, max: 10_000 }),
    labels: readLabels(env),
    trailFile: host.isRemote ? join(dataDir(env), 'worker.trail') : undefined,
    // Only the gateway reaches a worker that it started; others serve a network.
    bind: readText(env, 'WORKER_HOST', isChild ? '127.0.0.1' : '0.0.0.0'),
    port,
    // A worker that runs alone is often tried with cameras on the same machine.
    addresses: readAddressPolicy(env, { allowsLoopback: isAlone, ownPorts: [port] }),
    webrtc: readWebrtcSettings(env),
    maxPixels: readMaxPixels(env),
    decoder: readDecoder(env),
    maxPacketBytes: memoryBytes / PACKETS_SHARE,
    maxDecoderBytes:
      MIB *
      readInteger(env, WORKER_ENV.decoderMb, {
        fallback: Math.floor(decoderBytes(memoryBytes / 2) / MIB),
        min: 1,
        max: 65_536,
      }),
    recording: readRecording(env, host),
    videos: host.isRemote ? readVideos(env, host) : undefined,
    logLevel: readLogLevel(env),
    isQuarantine: readSwitch(env, WORKER_ENV.quarantine, false),
    agent: readAgent(env),
  });
}

function readAgent(env: Environment): DialTarget | undefined {
  const [url, token] = [readOptional(env, AGENT_ENV.url), readOptional(env, AGENT_ENV.token)];
  return url === undefined || token === undefined ? undefined : { url, token, proxyEnv: proxyEnv(env) };
}

/** Folder of a worker that no gateway started. */
function dataDir(env: Environment): string {
  return resolve(readText(env, 'DATA_DIR', './data'));
}

function readTls(env: Environment): RtspWorkerConfig['tls'] {
  const [cert, key] = (['WORKER_TLS_CERT_FILE', 'WORKER_TLS_KEY_FILE'] as const).map((name) => {
    const file = readOptional(env, name);
    try {
      return file === undefined ? undefined : readFileSync(file, 'utf8');
    } catch {
      throw new SettingsError(name, file ?? '', 'the path of a PEM file that can be read');
    }
  });
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new SettingsError(
      cert === undefined ? 'WORKER_TLS_CERT_FILE' : 'WORKER_TLS_KEY_FILE',
      '',
      'set where the other of the two is',
    );
  return { cert, key };
}

function readRecording(env: Environment, { name, isRemote }: HostConfig): RecordingConfig | undefined {
  const size = { min: 0, max: 1_048_576 };
  const ringBytes = readInteger(env, RECORDING_ENV.ringMb, { fallback: 64, ...size }) * MIB;
  if (isRemote) return { ...readRemoteRecording(env, name), ringBytes };
  const folder = readOptional(env, RECORDING_ENV.folder);
  if (folder === undefined) return undefined;
  const quotaMb = readInteger(env, RECORDING_ENV.quotaMb, { fallback: 0, min: 0, max: 1_073_741_824 });
  return {
    folder,
    reserveBytes: readInteger(env, RECORDING_ENV.reserveMb, { fallback: 1024, ...size }) * MIB,
    quotaBytes: quotaMb === 0 ? undefined : quotaMb * MIB,
    ringBytes,
  };
}

/** A worker of a platform records on its own disk, or to a folder that its gateways see and look after. */
function readRemoteRecording(env: Environment, name: string): Omit<RecordingConfig, 'ringBytes'> {
  const { folder, quotaBytes, reserveBytes } = readArchiveSettings(env);
  return folder === undefined
    ? { folder: join(dataDir(env), 'recordings', encodeURIComponent(name)), quotaBytes, reserveBytes }
    : { folder, quotaBytes: undefined, reserveBytes };
}

function readVideos(env: Environment, { name }: HostConfig): VideosConfig {
  const size = { min: 1, max: 1_048_576 };
  const quotaMb = readInteger(env, 'UPLOAD_QUOTA_MB', { fallback: 5120, ...size });
  return {
    folder: join(dataDir(env), 'videos', encodeURIComponent(name)),
    quotaBytes: readInteger(env, 'UPLOADS_CACHE_MB', { fallback: quotaMb, ...size }) * MIB,
    reserveBytes: readReserve(env),
  };
}
