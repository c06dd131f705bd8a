/** Settings that a supervisor passes to a worker. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Environment, readInteger, readOptional, readSwitch, readText } from '#shared/settings.ts';
import { WORKER_ENV } from '#shared/worker-protocol.ts';
import { readWorkerSecret } from '#shared/worker-secret.ts';

/** Identity and limits of one worker process. */
export interface HostConfig {
  name: string;
  /** Nonce of this process; empty for a worker that runs alone. */
  instance: string;
  epoch: number;
  /** Secret that requests must carry; undefined for a worker that runs alone. */
  token: string | undefined;
  /** Whether the supervisor reads notes about the work. */
  hasTrail: boolean;
  /** Whether it serves gateways that did not start it. */
  isRemote: boolean;
}

/** Whether a supervisor started this process. */
export function isSupervised(env: Environment): boolean {
  return readOptional(env, WORKER_ENV.token) !== undefined;
}

/**
 * Reads the variables of {@link WORKER_ENV}.
 * @param mayBeRemote whether gateways that did not start it may use it, by WORKER_SECRET
 * @throws SettingsError
 */
export function loadHostConfig(env: Environment, defaultName: string, mayBeRemote = false): HostConfig {
  const token = readOptional(env, WORKER_ENV.token);
  const secret = token === undefined && mayBeRemote ? readWorkerSecret(env) : undefined;
  const isRemote = secret !== undefined;
  return {
    name: readText(env, WORKER_ENV.name, isRemote ? hostname() : defaultName),
    instance: readText(env, WORKER_ENV.instance, isRemote ? randomUUID() : ''),
    epoch: readInteger(env, WORKER_ENV.epoch, { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER }),
    token: token ?? secret,
    isRemote,
    hasTrail: readSwitch(env, WORKER_ENV.trail, false),
  };
}
