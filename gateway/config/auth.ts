/** Settings of access. */
import {
  type Environment,
  readChoice,
  readInteger,
  readOptional,
  readSwitch,
  readText,
  SettingsError,
} from '#shared/settings.ts';
import { type AuthProxyConfig, readAuthProxy } from './auth-proxy.ts';

/** Access to this gateway. */
export interface AuthConfig {
  /** Off only if configured: every client may do everything. */
  isOn: boolean;
  /** Token that may do everything; undefined: one is made and kept in the data folder. */
  apiToken: string | undefined;
  /** Token that may view and change nothing. */
  viewerToken: string | undefined;
  /** Whether the gateway is on the public internet, behind one proxy. */
  isPublic: boolean;
  /** Host names beside addresses and `localhost`, in lower case. */
  allowedHosts: readonly string[];
  /** Origins of foreign pages that may use it. */
  allowedOrigins: readonly string[];
  /** Login by a trusted proxy; undefined: there is none. */
  proxy: AuthProxyConfig | undefined;
  /** Rate limits per client. */
  limits: RateLimits;
}

/** Most requests of each kind per minute, or per hour where the name says so. */
export interface RateLimits {
  /** Everything but pictures and video, which their frame rate limits. */
  api: number;
  /** Requests that change something. */
  writes: number;
  /** Sign-in attempts. */
  logins: number;
  loginsHourly: number;
  /** Questions to Moondream, which cost money. */
  moondream: number;
  /** Connection tests, and connections by hand. */
  connects: number;
  /** Video uploads, which cost disk space. */
  uploadsHourly: number;
}

const MIN_TOKEN = 16;
const LIMIT = { min: 1, max: 1_000_000 };
/** The hourly limit is this many times the limit per minute. */
const LOGIN_MINUTES = 4;
const HOST = /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;
/** Set by Replit: the repl's id, and its public host names. */
const REPLIT_HOSTS = ['REPLIT_DEV_DOMAIN', 'REPLIT_DOMAINS'] as const;

/** Reads the environment. @throws SettingsError; tokens are not quoted in it */
export function loadAuthConfig(env: Environment): AuthConfig {
  const mode = readChoice(env, 'PUBLIC', { fallback: 'auto', choices: ['auto', 'on', 'off'] });
  return {
    isOn: readSwitch(env, 'AUTH', true),
    apiToken: readToken(env, 'API_TOKEN'),
    viewerToken: readToken(env, 'VIEWER_TOKEN'),
    isPublic: mode === 'auto' ? env.REPL_ID !== undefined : mode === 'on',
    allowedHosts: [...readHosts(env), ...REPLIT_HOSTS.flatMap((name) => listOf(env[name] ?? ''))],
    allowedOrigins: readOrigins(env),
    proxy: readAuthProxy(env),
    limits: readRateLimits(env),
  };
}

function readRateLimits(env: Environment): RateLimits {
  const logins = readInteger(env, 'RATE_LIMIT_LOGINS', { fallback: 5, ...LIMIT });
  return {
    api: readInteger(env, 'RATE_LIMIT_API', { fallback: 300, ...LIMIT }),
    writes: readInteger(env, 'RATE_LIMIT_WRITES', { fallback: 60, ...LIMIT }),
    logins,
    // A higher limit per minute raises the hourly one too.
    loginsHourly: readInteger(env, 'RATE_LIMIT_LOGINS_HOURLY', {
      fallback: Math.min(logins * LOGIN_MINUTES, LIMIT.max),
      ...LIMIT,
    }),
    moondream: readInteger(env, 'RATE_LIMIT_MOONDREAM', { fallback: 30, ...LIMIT }),
    connects: readInteger(env, 'RATE_LIMIT_CONNECTS', { fallback: 10, ...LIMIT }),
    uploadsHourly: readInteger(env, 'RATE_LIMIT_UPLOADS_HOURLY', { fallback: 10, ...LIMIT }),
  };
}

function readToken(env: Environment, name: string): string | undefined {
  const token = readOptional(env, name);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new SettingsError(name, '***', 'printable ASCII without spaces');
  if (token !== undefined && token.length < MIN_TOKEN)
    throw new SettingsError(name, '***', `at least ${MIN_TOKEN} characters`);
  return token;
}

function readHosts(env: Environment): string[] {
  const hosts = listOf(readText(env, 'ALLOWED_HOSTS', ''));
  const bad = hosts.find((host) => !HOST.test(host));
  if (bad !== undefined)
    throw new SettingsError('ALLOWED_HOSTS', bad, 'host names, or *.domain, separated by commas');
  return hosts;
}

function readOrigins(env: Environment): string[] {
  return listOf(readText(env, 'ALLOWED_ORIGINS', '')).map((text) => {
    const origin = URL.canParse(text) ? new URL(text).origin : 'null';
    if (origin === 'null')
      throw new SettingsError(
        'ALLOWED_ORIGINS',
        text,
        'origins like https://app.example, separated by commas',
      );
    return origin;
  });
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
}
