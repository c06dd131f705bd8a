/** Which settings of the gateway may be given as files. */
import { readSecretFiles } from '#shared/secret-files.ts';
import type { Environment } from '#shared/settings.ts';

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
  'SMTP_URL',
  'ICE_SERVERS',
  'WORKER_SECRET',
] as const;

/** Replaces every `NAME_FILE` of {@link SECRET_SETTINGS} by what the file holds. @throws SettingsError */
export function withSecretFiles(env: Environment): Environment {
  return readSecretFiles(env, SECRET_SETTINGS);
}
