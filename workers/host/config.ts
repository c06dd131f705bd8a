/** Settings that a supervisor passes to a worker. */
import { type Environment, readInteger, readOptional, readSwitch, readText } from '#shared/settings.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';

/** Identity and limits of one worker process. */
export interface HostConfig {
  name: string;
  /** Nonce of this process; empty without a supervisor. */
  instance: string;
  epoch: number;
  /** Secret that requests must carry; undefined for a worker that runs alone. */
  token: string | undefined;
  /** Whether the supervisor reads notes about the work. */
  hasTrail: boolean;
}

/** Whether a supervisor started this process. */
export function isSupervised(env: Environment): boolean {
  return readOptional(env, WORKER_ENV.token) !== undefined;
}

/** Reads the variables of {@link WORKER_ENV}. @throws SettingsError */
export function loadHostConfig(env: Environment, defaultName: string): HostConfig {
  return {
    name: readText(env, WORKER_ENV.name, defaultName),
    instance: readText(env, WORKER_ENV.instance, ''),
    epoch: readInteger(env, WORKER_ENV.epoch, { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER }),
    token: readOptional(env, WORKER_ENV.token),
    hasTrail: readSwitch(env, WORKER_ENV.trail, false),
  };
}
