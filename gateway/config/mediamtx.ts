/** Settings of MediaMTX servers. */
import {
  type Environment,
  readHttpUrl,
  readOptional,
  readSwitch,
  readText,
  SettingsError,
} from '#shared/settings.ts';

/** MediaMTX servers and how they are used. */
export interface MediamtxConfig {
  /** At least one. */
  servers: readonly MediamtxServerConfig[];
  auth: { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string } | undefined;
  /** Whether they carry the cameras of the registry. */
  isManaged: boolean;
  /** Where they get managed cameras: from this gateway by WHEP; undefined: from the cameras. */
  gateway: { url: string; key: string | undefined } | undefined;
  pathPrefix: string;
  /** Name of this gateway on the servers. */
  owner: string;
  /** Paths with this prefix are not listed as devices. */
  excludePrefix: string | undefined;
  isOnDemand: boolean;
}

/** One server. */
export interface MediamtxServerConfig {
  /** Control API. */
  apiUrl: string;
  /** Base of its WebRTC server; undefined: port 8889 of the API's host. */
  webrtcUrl: string | undefined;
  /** Its name in device keys. */
  server: string;
}

const PATH_PREFIX = /^[A-Za-z0-9_-]{1,32}$/;
const SERVER_NAME = /^(?!gateway$)[A-Za-z0-9._-]{1,64}$/;
const NAMES = '1 to 64 letters, digits, ".", "_" or "-", not "gateway"';

/** Reads the environment. @returns undefined where MediaMTX is not used @throws SettingsError */
export function loadMediamtx(env: Environment): MediamtxConfig | undefined {
  const apiUrls = readHttpUrls(env, 'MEDIAMTX_API_URL');
  if (apiUrls.length === 0) return undefined;
  return {
    servers: readServers(env, apiUrls),
    auth: readAuth(env),
    isManaged: readSwitch(env, 'MEDIAMTX_MANAGE', false),
    gateway: readGateway(env),
    pathPrefix: readPattern(env, 'MEDIAMTX_PATH_PREFIX', {
      fallback: 'gateway-',
      pattern: PATH_PREFIX,
      allowed: '1 to 32 letters, digits, "_" or "-"',
    }),
    owner: readPattern(env, 'MEDIAMTX_OWNER', {
      fallback: 'visual-reasoning-gateway',
      pattern: SERVER_NAME,
      allowed: NAMES,
    }),
    excludePrefix: readOptional(env, 'MEDIAMTX_EXCLUDE_PREFIX'),
    isOnDemand: readSwitch(env, 'MEDIAMTX_ON_DEMAND', true),
  };
}

function readServers(env: Environment, apiUrls: readonly string[]): MediamtxServerConfig[] {
  const webrtcUrls = readHttpUrls(env, 'MEDIAMTX_WEBRTC_URL');
  const names = readList(env, 'MEDIAMTX_SERVER');
  expectAsMany('MEDIAMTX_WEBRTC_URL', webrtcUrls, apiUrls);
  // One name for several servers is numbered.
  if (names.length > 1) expectAsMany('MEDIAMTX_SERVER', names, apiUrls);
  const [first = 'mediamtx'] = names;
  const servers = apiUrls.map((apiUrl, index) => ({
    apiUrl,
    webrtcUrl: webrtcUrls[index],
    server: names[index] ?? (index === 0 ? first : `${first}-${index + 1}`),
  }));
  const given = servers.map(({ server }) => server);
  const wrong = given.find((name, index) => !SERVER_NAME.test(name) || given.indexOf(name) !== index);
  if (wrong !== undefined) throw new SettingsError('MEDIAMTX_SERVER', wrong, `${NAMES}, each name once`);
  return servers;
}

function expectAsMany(name: string, values: readonly string[], apiUrls: readonly string[]): void {
  if (values.length !== 0 && values.length !== apiUrls.length)
    throw new SettingsError(name, values.join(), `as many as MEDIAMTX_API_URL has: ${apiUrls.length}`);
}

/** A viewer's token will do; the one of admins never goes to another server. */
function readGateway(env: Environment): MediamtxConfig['gateway'] {
  const url = readHttpUrl(env, 'MEDIAMTX_GATEWAY_URL');
  if (url === undefined) return undefined;
  return { url, key: readOptional(env, 'MEDIAMTX_GATEWAY_KEY') ?? readOptional(env, 'VIEWER_TOKEN') };
}

function readList(env: Environment, name: string): string[] {
  return readText(env, name, '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function readHttpUrls(env: Environment, name: string): string[] {
  return readList(env, name).map((text) => readHttpUrl({ [name]: text }, name) as string);
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
