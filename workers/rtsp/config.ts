/** Settings of an RTSP worker. */
import type { AddressPolicy } from '#shared/address-policy.ts';
import { readAddressPolicy } from '#shared/address-settings.ts';
import { thisMachine } from '#shared/machine.ts';
import { readMaxPixels } from '#shared/picture-settings.ts';
import { type Environment, readInteger, readLogLevel, readSwitch, readText } from '#shared/settings.ts';
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
  logLevel: string;
  /** Compressed video that its cameras keep together for the next viewer, bytes. */
  maxPacketBytes: number;
  /** Whether it runs only cameras that broke others. */
  isQuarantine: boolean;
}

const DEFAULT_PORT = 8082;
/** Of the memory an eighth: 64 MB of 512, where a camera keeps 0.5 to 5. */
const PACKETS_SHARE = 8;

/** Reads the environment. @throws SettingsError naming the variable at fault */
export function loadConfig(env: Environment): Readonly<RtspWorkerConfig> {
  const host = loadHostConfig(env, 'rtsp');
  // Under a gateway only the gateway may reach a worker; alone it serves every client.
  const isAlone = host.token === undefined;
  const port = readInteger(env, WORKER_ENV.port, { fallback: DEFAULT_PORT, min: 0, max: 65535 });
  return Object.freeze({
    host,
    bind: isAlone ? readText(env, 'WORKER_HOST', '0.0.0.0') : '127.0.0.1',
    port,
    // A worker that runs alone is often tried with cameras on the same machine.
    addresses: readAddressPolicy(env, { allowsLoopback: isAlone, ownPorts: [port] }),
    webrtc: readWebrtcSettings(env),
    maxPixels: readMaxPixels(env),
    maxPacketBytes: thisMachine().memoryBytes / PACKETS_SHARE,
    logLevel: readLogLevel(env),
    isQuarantine: readSwitch(env, WORKER_ENV.quarantine, false),
  });
}
