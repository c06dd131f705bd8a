/** Settings of the analysis worker. */
import { type Environment, readInteger, readLogLevel, readOptional } from '#shared/settings.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';
import { type HostConfig, loadHostConfig } from '../host/config.ts';

export interface AnalysisWorkerConfig {
  host: HostConfig;
  /** HTTP port on loopback. */
  port: number;
  /** Analysed pictures a second per camera. */
  fps: number;
  /** {@link BUILT_IN_MODEL}, or the path of an ONNX model for persons with its description beside it. */
  personModel: string | undefined;
  /** The same for faces. */
  faceModel: string | undefined;
  logLevel: string;
}

const DEFAULT_PORT = 8530;

/** Setting for the built-in detector. */
export const BUILT_IN_MODEL = 'builtin';

/** Reads the environment. @throws SettingsError naming the variable at fault */
export function loadConfig(env: Environment): Readonly<AnalysisWorkerConfig> {
  return Object.freeze({
    host: loadHostConfig(env, 'analysis'),
    port: readInteger(env, WORKER_ENV.port, { fallback: DEFAULT_PORT, min: 0, max: 65535 }),
    fps: readInteger(env, 'ANALYSIS_FPS', { fallback: 5, min: 1, max: 30 }),
    personModel: readModel(env, 'PERSON_MODEL'),
    faceModel: readModel(env, 'FACE_MODEL'),
    logLevel: readLogLevel(env),
  });
}

/** Returns undefined for `off`. */
function readModel(env: Environment, name: string): string | undefined {
  const model = readOptional(env, name) ?? BUILT_IN_MODEL;
  return model === 'off' ? undefined : model;
}
