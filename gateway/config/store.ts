/** Settings of storage, deliveries and MediaMTX. */
import { type Environment, readHttpUrl, readOptional, SettingsError } from '#shared/settings.ts';
import { loadMediamtx, type MediamtxConfig } from './mediamtx.ts';
import { loadUploads, type UploadsConfig } from './uploads.ts';
import { isWebhookSecret } from './webhook-secret.ts';
import { isForbiddenTarget } from './webhook-target.ts';

/** The database, uploads, deliveries and MediaMTX. */
export interface StoreConfig {
  /** `postgres://` URL; undefined for SQLite in the data folder. */
  databaseUrl: string | undefined;
  /** Encrypts passwords; undefined for a key made in the data folder. */
  secretKey: string | undefined;
  /** YAML file of cameras; undefined for none. */
  camerasFile: string | undefined;
  uploads: UploadsConfig;
  deliveries: {
    /** Base URL of the analysis backend; undefined: deliveries wait. */
    appPyUrl: string | undefined;
    /** Standard Webhooks secret; undefined: nothing is signed. */
    webhookSecret: string | undefined;
  };
  /** Undefined when MediaMTX is not used. */
  mediamtx: MediamtxConfig | undefined;
}

const MIN_SECRET_KEY = 16;

/** Reads the environment. @throws SettingsError; secrets are not quoted in it */
export function loadStoreConfig(env: Environment): StoreConfig {
  return {
    databaseUrl: readSecret(env, 'DATABASE_URL', 'a postgres:// URL', isPostgresUrl),
    secretKey: readSecret(
      env,
      'SECRET_KEY',
      `at least ${MIN_SECRET_KEY} characters`,
      (text) => text.length >= MIN_SECRET_KEY,
    ),
    camerasFile: readOptional(env, 'CAMERAS_FILE'),
    uploads: loadUploads(env),
    deliveries: {
      appPyUrl: readBackendUrl(env),
      webhookSecret: readSecret(
        env,
        'WEBHOOK_SECRET',
        'whsec_ and 24 to 64 bytes in base64',
        isWebhookSecret,
      ),
    },
    mediamtx: loadMediamtx(env),
  };
}

function readBackendUrl(env: Environment): string | undefined {
  const url = readHttpUrl(env, 'APP_PY_URL');
  if (url !== undefined && isForbiddenTarget(url))
    throw new SettingsError('APP_PY_URL', url, 'the URL of a server, not link-local or the like');
  return url;
}

function readSecret(
  env: Environment,
  name: string,
  allowed: string,
  isValid: (text: string) => boolean,
): string | undefined {
  const text = readOptional(env, name);
  if (text !== undefined && !isValid(text)) throw new SettingsError(name, '***', allowed);
  return text;
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}
