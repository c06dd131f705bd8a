/** Settings of the connection to an MQTT broker. */
import { type Environment, readInteger, readOptional, readText, SettingsError } from '#shared/settings.ts';
import { readCaFile } from './ca-file.ts';

/** An MQTT broker, and what it is given. */
export interface MqttConfig {
  broker: {
    protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss';
    host: string;
    port: number;
    /** Path of a WebSocket. */
    path: string;
    username: string | undefined;
    password: string | undefined;
    /** Certificates of the authorities that are trusted, PEM; undefined: those of Node. */
    ca: string | undefined;
  };
  /** First levels of all topics. */
  prefix: string;
  /** First levels of Home Assistant's discovery topics; undefined: nothing is announced there. */
  discoveryPrefix: string | undefined;
  /** Pause between two pictures of a camera, milliseconds; 0: on command only. */
  snapshotMs: number;
}

const PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;
const LEVELS = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/;
const MAX_PREFIX = 64;
const DAY_S = 86_400;

/** Reads the environment. @returns undefined without MQTT_URL @throws SettingsError; passwords are not quoted in it */
export function loadMqttConfig(env: Environment): MqttConfig | undefined {
  const url = readOptional(env, 'MQTT_URL');
  const prefix = readLevels(env, 'MQTT_PREFIX', 'gateway');
  const discoveryPrefix = readLevels(env, 'MQTT_DISCOVERY_PREFIX', 'homeassistant');
  const snapshotMs = readInteger(env, 'MQTT_SNAPSHOT_SECONDS', { fallback: 60, min: 0, max: DAY_S }) * 1000;
  const ca = readCaFile(env, 'MQTT_CA_FILE');
  if (url === undefined) return undefined;
  return {
    broker: { ...readBroker(url), ca },
    prefix,
    discoveryPrefix: discoveryPrefix === 'off' ? undefined : discoveryPrefix,
    snapshotMs,
  };
}

function readBroker(text: string): Omit<MqttConfig['broker'], 'ca'> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = (url?.protocol.slice(0, -1) ?? '') as MqttConfig['broker']['protocol'];
  if (url === undefined || !(protocol in PORTS) || url.hostname === '')
    throw new SettingsError('MQTT_URL', '***', 'a URL with mqtt://, mqtts://, ws:// or wss:// and a host');
  return {
    protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORTS[protocol] : Number(url.port),
    path: `${url.pathname}${url.search}`,
    username: url.username === '' ? undefined : decoded(url.username),
    password: url.password === '' ? undefined : decoded(url.password),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new SettingsError('MQTT_URL', '***', 'a URL whose user and password are percent-encoded');
  }
}

function readLevels(env: Environment, name: string, fallback: string): string {
  const text = readText(env, name, fallback);
  if (!LEVELS.test(text) || text.length > MAX_PREFIX)
    throw new SettingsError(name, text, 'levels of letters, digits, "_" and "-", separated by "/"');
  return text;
}
