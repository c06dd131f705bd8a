/** `WORKER_SECRET`: what gateways and the workers that they do not start themselves know of each other. */
import { type Environment, readOptional, SettingsError } from './settings.ts';

const MIN_CHARACTERS = 16;

/** @returns undefined where it is not set @throws SettingsError, which does not quote it */
export function readWorkerSecret(env: Environment): string | undefined {
  const secret = readOptional(env, 'WORKER_SECRET');
  if (secret !== undefined && secret.length < MIN_CHARACTERS)
    throw new SettingsError('WORKER_SECRET', '***', `at least ${MIN_CHARACTERS} characters`);
  return secret;
}
