/** Secrets from files, as Docker and Kubernetes mount them: `API_TOKEN_FILE` in place of `API_TOKEN`. */
import { readFileSync } from 'node:fs';
import { type Environment, SettingsError } from '#shared/settings.ts';

/** Settings that hold a secret; each also exists as `NAME_FILE`. */
export const SECRET_SETTINGS = [
  'API_TOKEN',
  'VIEWER_TOKEN',
  'DATABASE_URL',
  'SECRET_KEY',
  'UPLOADS_S3_ACCESS_KEY_ID',
  'UPLOADS_S3_SECRET_ACCESS_KEY',
  'WEBHOOK_SECRET',
  'MEDIAMTX_API_PASSWORD',
  'MEDIAMTX_API_TOKEN',
  'MEDIAMTX_GATEWAY_KEY',
  'MOONDREAM_API_KEY',
  'VLM_KEY',
  'MQTT_URL',
  'ICE_SERVERS',
] as const;

/**
 * Replaces every `NAME_FILE` of {@link SECRET_SETTINGS} by what the file holds, without surrounding white space.
 * @throws SettingsError for a file that cannot be read or is empty, and where both variables are set
 */
export function withSecretFiles(env: Environment): Environment {
  const fromFiles = SECRET_SETTINGS.flatMap((name) => {
    const variable = `${name}_FILE`;
    const file = env[variable]?.trim();
    if (file === undefined || file === '') return [];
    if ((env[name] ?? '').trim() !== '')
      throw new SettingsError(variable, file, `unset while ${name} is set: use one of the two`);
    return [[name, readSecretFile(variable, file)]];
  });
  return { ...env, ...Object.fromEntries(fromFiles) };
}

function readSecretFile(variable: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(variable, file, `the path of a file that can be read (${code})`);
  }
  if (text === '') throw new SettingsError(variable, file, 'the path of a file that is not empty');
  return text;
}
