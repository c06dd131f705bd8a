/** Settings of the simulator. */
import { type Environment, readInteger, readLogLevel, readText } from '#shared/settings.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';
import { type HostConfig, loadHostConfig } from '../host/config.ts';

/** All settings of the simulator. */
export interface SimulatorConfig {
  host: HostConfig;
  /** HTTP port for health and faults, on loopback only. */
  controlPort: number;
  /** Address that RTSP binds. */
  rtspHost: string;
  /** RTSP port; 0 for any free one. */
  rtspPort: number;
  /** HTTP port of the PTZ camera; 0 for any free one. */
  ptzPort: number;
  /** Whether to take the next port when one is taken; a supervisor passes the real one on. */
  mayMoveOn: boolean;
  logLevel: string;
}

const DEFAULT_CONTROL_PORT = 8553;
const DEFAULT_RTSP_PORT = 8554;
const DEFAULT_PTZ_PORT = 8580;

/** Reads the environment. @throws SettingsError naming the variable at fault */
export function loadConfig(env: Environment): Readonly<SimulatorConfig> {
  const host = loadHostConfig(env, 'simulator');
  const port = { min: 0, max: 65535 };
  return Object.freeze({
    host,
    controlPort: readInteger(env, WORKER_ENV.port, { ...port, fallback: DEFAULT_CONTROL_PORT }),
    rtspHost: readText(env, 'SIMULATOR_HOST', '127.0.0.1'),
    rtspPort: readInteger(env, 'SIMULATOR_PORT', { ...port, fallback: DEFAULT_RTSP_PORT }),
    ptzPort: readInteger(env, 'SIMULATOR_PTZ_PORT', { ...port, fallback: DEFAULT_PTZ_PORT }),
    mayMoveOn: host.instance !== '',
    logLevel: readLogLevel(env),
  });
}
