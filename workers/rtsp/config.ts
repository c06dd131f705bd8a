/** Settings of an RTSP worker. */
import type { AddressPolicy } from '#shared/address-policy.ts';
import { readAddressPolicy } from '#shared/address-settings.ts';
import { type DecoderName, readDecoder } from '#shared/decoder-settings.ts';
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
} from '#shared/settings.ts';
import { readWebrtcSettings, type WebrtcSettings } from '#shared/webrtc-settings.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';
import { type HostConfig, loadHostConfig } from '../host/config.ts';

/** Everything an RTSP worker is told from outside. */
export interface RtspWorkerConfig {
  host: HostConfig;
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
  logLevel: string;
  /** Compressed video that its cameras keep together for the next viewer, bytes. */
  maxPacketBytes: number;
  /** What decodes pictures. */
  decoder: DecoderName;
  /** Memory of all decoders, bytes. */
  maxDecoderBytes: number;
  /** Whether it runs only cameras that broke others. */
  isQuarantine: boolean;
}

/** Where segments are written, and what they may take. */
export interface RecordingConfig {
  /** Absolute path. */
  folder: string;
  /** Disk space that stays free. */
  reserveBytes: number;
  /** Memory of the newest seconds of all cameras. */
  ringBytes: number;
}

const DEFAULT_PORT = 8082;
/** Of the memory an eighth: 64 MB of 512, where a camera keeps 0.5 to 5. */
const PACKETS_SHARE = 8;
const MIB = 1024 * 1024;

/** Reads the environment. @throws SettingsError naming the variable at fault */
export function loadConfig(env: Environment): Readonly<RtspWorkerConfig> {
  const host = loadHostConfig(env, 'rtsp');
  // Under a gateway only the gateway may reach a worker; alone it serves every client.
  const isAlone = host.token === undefined;
  const { memoryBytes } = thisMachine();
  const port = readInteger(env, WORKER_ENV.port, { fallback: DEFAULT_PORT, min: 0, max: 65535 });
  return Object.freeze({
    host,
    bind: isAlone ? readText(env, 'WORKER_HOST', '0.0.0.0') : '127.0.0.1',
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
    recording: readRecording(env),
    logLevel: readLogLevel(env),
    isQuarantine: readSwitch(env, WORKER_ENV.quarantine, false),
  });
}

function readRecording(env: Environment): RecordingConfig | undefined {
  const folder = readOptional(env, RECORDING_ENV.folder);
  if (folder === undefined) return undefined;
  const size = { min: 0, max: 1_048_576 };
  return {
    folder,
    reserveBytes: readInteger(env, RECORDING_ENV.reserveMb, { fallback: 1024, ...size }) * MIB,
    ringBytes: readInteger(env, RECORDING_ENV.ringMb, { fallback: 64, ...size }) * MIB,
  };
}
