/** Settings of storage, deliveries and MediaMTX. */
import { maskUrl } from '#shared/redact.ts';
import {
  type Environment,
  readHttpUrl,
  readOptional,
  readSwitch,
  readText,
  SettingsError,
} from '#shared/settings.ts';
import { loadUploads, type UploadsConfig } from './uploads.ts';
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

/** A MediaMTX server. */
export interface MediamtxConfig {
  apiUrl: string;
  auth: { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string } | undefined;
  webrtcUrl: string | undefined;
  server: string;
  /** Whether it carries the cameras of the registry. */
  isManaged: boolean;
  pathPrefix: string;
  /** Name of this gateway on that server. */
  owner: string;
  /** Paths with this prefix are not listed as devices. */
  excludePrefix: string | undefined;
  isOnDemand: boolean;
}

const MIN_SECRET_KEY = 16;
/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64; several, separated by spaces, for rotation. */
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;
const PATH_PREFIX = /^[A-Za-z0-9_-]{1,32}$/;
const SERVER_NAME = /^(?!gateway$)[A-Za-z0-9._-]{1,64}$/;

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

function loadMediamtx(env: Environment): MediamtxConfig | undefined {
  const apiUrl = readHttpUrl(env, 'MEDIAMTX_API_URL');
  if (apiUrl === undefined) return undefined;
  return {
    apiUrl,
    auth: readAuth(env),
    webrtcUrl: readHttpUrl(env, 'MEDIAMTX_WEBRTC_URL'),
    server: readPattern(env, 'MEDIAMTX_SERVER', {
      fallback: 'mediamtx',
      pattern: SERVER_NAME,
      allowed: '1 to 64 letters, digits, ".", "_" or "-", not "gateway"',
    }),
    isManaged: readSwitch(env, 'MEDIAMTX_MANAGE', false),
    pathPrefix: readPattern(env, 'MEDIAMTX_PATH_PREFIX', {
      fallback: 'gateway-',
      pattern: PATH_PREFIX,
      allowed: '1 to 32 letters, digits, "_" or "-"',
    }),
    owner: readPattern(env, 'MEDIAMTX_OWNER', {
      fallback: 'visual-reasoning-gateway',
      pattern: SERVER_NAME,
      allowed: '1 to 64 letters, digits, ".", "_" or "-", not "gateway"',
    }),
    excludePrefix: readOptional(env, 'MEDIAMTX_EXCLUDE_PREFIX'),
    isOnDemand: readSwitch(env, 'MEDIAMTX_ON_DEMAND', true),
  };
}

function readBackendUrl(env: Environment): string | undefined {
  const url = readHttpUrl(env, 'APP_PY_URL');
  if (url !== undefined && isForbiddenTarget(url))
    throw new SettingsError('APP_PY_URL', maskUrl(url), 'the URL of a server, not link-local or the like');
  return url;
}

function readAuth(env: Environment): MediamtxConfig['auth'] {
  const token = readOptional(env, 'MEDIAMTX_API_TOKEN');
  if (token !== undefined) return { kind: 'bearer', token };
  const username = readOptional(env, 'MEDIAMTX_API_USER');
  const password = readText(env, 'MEDIAMTX_API_PASSWORD', '');
  return username === undefined ? undefined : { kind: 'basic', username, password };
}

function readPattern(
  env: Environment,
  name: string,
  { fallback, pattern, allowed }: { fallback: string; pattern: RegExp; allowed: string },
): string {
  const text = readText(env, name, fallback);
  if (!pattern.test(text)) throw new SettingsError(name, text, allowed);
  return text;
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

function isWebhookSecret(text: string): boolean {
  return text.split(/\s+/).every((secret) => WEBHOOK_SECRET.test(secret));
}
