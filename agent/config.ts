/** Settings of `npm run agent`: the environment, read and checked once. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { readAddressPolicy } from '#shared/address-settings.ts';
import { proxyEnv } from '#shared/agent-link.ts';
import { readArchiveSettings, readRing } from '#shared/archive-settings.ts';
import { thisMachine } from '#shared/machine.ts';
import { readMaxPixels } from '#shared/picture-settings.ts';
import { RECORDING_ENV } from '#shared/recording-link.ts';
import {
  type Environment,
  readInteger,
  readIsPrettyLog,
  readLogLevel,
  readOptional,
  readText,
  SettingsError,
} from '#shared/settings.ts';

/** Everything that an agent is told from outside. */
export interface AgentConfig {
  /** Address of the gateway; undefined: to be asked for. */
  gatewayUrl: string | undefined;
  /** Undefined: to be asked for. */
  token: string | undefined;
  dataDir: string;
  logLevel: string;
  isPrettyLog: boolean;
  /** Which cameras may be dialled. */
  addresses: AddressPolicy;
  /** Largest picture of a camera, pixels. */
  maxPixels: number;
  /** What its worker keeps of cameras, for {@link RECORDING_ENV}. */
  recordingEnv: Record<string, string>;
  /** Memory above which its worker is replaced gracefully, bytes. */
  maxRssBytes: number;
  /** The part of the environment that its worker sees. */
  workerEnv: Record<string, string>;
}

const ALLOWED = ['PATH', 'HOME', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'LOG_LEVEL', 'NODE_EXTRA_CA_CERTS'];
const TOKEN = /^vra_[0-9a-f]{64}$/;
const MIB = 1024 * 1024;

/** Reads the environment. @throws SettingsError naming the variable, its value and what is allowed */
export function loadAgentConfig(env: Environment, isTerminal = false): Readonly<AgentConfig> {
  const url = readOptional(env, 'GATEWAY_URL');
  const dataDir = resolve(readText(env, 'DATA_DIR', './data'), 'agent');
  return Object.freeze({
    gatewayUrl: url === undefined ? undefined : checkUrl(url),
    token: readToken(env),
    dataDir,
    logLevel: readLogLevel(env),
    isPrettyLog: readIsPrettyLog(env, isTerminal),
    addresses: readAddressPolicy(env, { allowsLoopback: false, ownPorts: [] }),
    maxPixels: readMaxPixels(env),
    recordingEnv: readRecordingEnv(env, dataDir),
    maxRssBytes: readInteger(env, 'WORKER_MAX_RSS_MB', { fallback: 1536, min: 128, max: 65_536 }) * MIB,
    workerEnv: { ...pick(env, ALLOWED), ...proxyEnv(env) },
  });
}

/** The worker looks after its own folder. */
function readRecordingEnv(env: Environment, dataDir: string): Record<string, string> {
  const { folder, quotaBytes, reserveBytes } = readArchiveSettings(env);
  const mib = (bytes: number): string => String(Math.ceil(bytes / MIB));
  return {
    [RECORDING_ENV.folder]: folder ?? join(dataDir, 'recordings'),
    [RECORDING_ENV.reserveMb]: mib(reserveBytes),
    [RECORDING_ENV.ringMb]: mib(readRing(env, thisMachine())),
    [RECORDING_ENV.quotaMb]: mib(quotaBytes),
  };
}

/** @throws SettingsError for anything but the address of a gateway */
export function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasPassword = url !== undefined && `${url.username}${url.password}` !== '';
  const isAddress = url !== undefined && /^https?:$/.test(url.protocol) && !hasPassword;
  if (!isAddress) {
    const shown = hasPassword ? '(hidden)' : text;
    throw new SettingsError('GATEWAY_URL', shown, 'an address like https://gateway.example');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** @throws SettingsError that does not show the text */
export function checkToken(text: string): string {
  if (TOKEN.test(text)) return text;
  throw new SettingsError('AGENT_TOKEN', '(hidden)', 'the token that the page Agents of the gateway showed');
}

function readToken(env: Environment): string | undefined {
  const text = readOptional(env, 'AGENT_TOKEN') ?? tokenFrom(readOptional(env, 'AGENT_TOKEN_FILE'));
  return text === undefined ? undefined : checkToken(text);
}

function tokenFrom(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text !== '') return text;
  } catch {
    // Said below.
  }
  throw new SettingsError('AGENT_TOKEN_FILE', file, 'the path of a file that can be read and is not empty');
}

function pick(env: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
