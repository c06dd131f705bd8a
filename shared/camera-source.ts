/** Sources of cameras: RTSP addresses, how they are read and how they are shown. */
import { isIP, isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type PtzSettings, ptzSettingsSchema } from './contract/ptz.ts';
import { AppError } from './errors.ts';
import { maskPathSecrets, pathSecrets } from './path-secrets.ts';

/** How RTP travels: inside the RTSP connection (RFC 2326 section 10.12) or as UDP datagrams. */
export const transportSchema = z.enum(['tcp', 'udp']);
export type Transport = z.infer<typeof transportSchema>;

/** Where an RTSP camera is, with its credentials apart from the address so that they need no escaping. */
export interface RtspSource {
  kind: 'rtsp';
  secure: boolean;
  host: string;
  port: number;
  /** Path and query as sent to the camera, starting with `/`. */
  path: string;
  username: string;
  password: string;
  transport: Transport;
  /** How the camera is moved; absent where it is not. */
  ptz?: PtzSettings | undefined;
  /** A camera of the bundled simulator, which may be dialled on this machine; only the gateway says so, no client. */
  isSimulator?: boolean | undefined;
}

/** A video file of this installation, played in a loop in real time as if a camera sent it. */
export interface VideoSource {
  kind: 'video';
  /** Absolute path; made here, never taken from a client. */
  file: string;
}

/** Where a camera's packets come from. */
export type CameraSource = RtspSource | VideoSource;

const SCHEME = /^(rtsps?):\/\//i;
const ADDRESS = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?([/?].*)?$/is;
export const RTSP_PORT = 554;
/** RFC 7826 section 22.14.3 registers 322 for rtsps. */
export const RTSPS_PORT = 322;
/** What most cameras come with, where a client names the parts of an address and leaves these out. */
export const USUAL_CAMERA = {
  port: RTSP_PORT,
  path: '/1',
  username: 'admin',
  password: 'admin',
  transport: 'tcp',
} as const;

/**
 * Reads an RTSP URL. User information may hold any character, escaped or not
 * (`rtsp://admin:p@ss:w/rd#1@10.0.0.9/1` works). Where several `@` could end it, what stands
 * before the first `/` or `?` is preferred, so that an `@` of the path names no other host;
 * otherwise the last `@` with a host behind it.
 * @throws AppError `invalid-field` naming `url`
 */
export function sourceFromUrl(url: string, transport: Transport = 'tcp'): RtspSource {
  const text = url.trim();
  const [start = '', scheme = ''] = SCHEME.exec(text) ?? [];
  const reading = start === '' ? undefined : likeliestReading(text.slice(start.length));
  if (reading === undefined) {
    throw new AppError('invalid-field', 'url must be an rtsp:// or rtsps:// URL with a host', {
      field: 'url',
    });
  }
  const { userInfo, host, port, path } = reading;
  const secure = scheme.toLowerCase() === 'rtsps';
  const [username, password] = splitUserInfo(userInfo);
  checkPath(path, 'url');
  return {
    kind: 'rtsp',
    secure,
    host: withoutBrackets(host),
    port: port ?? (secure ? RTSPS_PORT : RTSP_PORT),
    path,
    username,
    password,
    transport,
  };
}

/** One way to read what follows the scheme of a URL. */
interface Reading {
  userInfo: string;
  host: string;
  port: number | undefined;
  path: string;
}

function likeliestReading(text: string): Reading | undefined {
  const ends = [...text.matchAll(/@/g)].map(({ index }) => index);
  const readings = [-1, ...ends].map((at) => readingAt(text, at)).filter((found) => found !== undefined);
  const last = readings.at(-1);
  const plain = readings.findLast(({ userInfo }) => !/[/?]/.test(userInfo));
  if (plain === undefined || last === undefined) return last;
  return isWithinPassword(plain, last) ? last : plain;
}

/** @param at index of the `@` that ends the user information; -1 for none */
function readingAt(text: string, at: number): Reading | undefined {
  const [, host = '', digits, rest = '/'] = ADDRESS.exec(text.slice(at + 1)) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (!isHost(host) || port === 0 || (port ?? 0) > 65535) return undefined;
  return {
    userInfo: text.slice(0, Math.max(0, at)),
    host,
    port,
    path: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** Whether the "host" of a reading is the end of a password such as `p@ss/word`, before an IP address. */
function isWithinPassword(plain: Reading, last: Reading): boolean {
  const isWord = plain.userInfo !== '' && plain.port === undefined && /^\w+$/.test(plain.host);
  const between = last.userInfo.slice(plain.userInfo.length);
  return isWord && isIP(withoutBrackets(last.host)) > 0 && !between.includes('=');
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function splitUserInfo(info: string): [string, string] {
  const colon = info.indexOf(':');
  const user = colon < 0 ? info : info.slice(0, colon);
  const password = colon < 0 ? '' : info.slice(colon + 1);
  return [decodePercent(user), decodePercent(password)];
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws AppError `invalid-field` when a stream path would break the request line */
export function checkPath(path: string, field: string): void {
  // Control characters would let a request line be split into two (header injection).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(path)) {
    throw new AppError('invalid-field', `${field} must not hold spaces or control characters`, { field });
  }
}

/** Whether text is a host name or an address, an IPv6 address with or without brackets. */
function isHost(host: string): boolean {
  const bare = withoutBrackets(host);
  // A zone (`fe80::1%eth0`) has no place in the URL that the camera is asked for.
  if (bare.includes(':')) return isIPv6(bare) && !bare.includes('%');
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})$/.test(bare);
}

/**
 * Reads the field `ip` of a camera, where the port is a field of its own.
 * @returns the host without brackets
 * @throws AppError `invalid-field` naming `ip`
 */
export function hostFromIp(ip: string): string {
  const text = ip.trim();
  if (isHost(text)) return withoutBrackets(text);
  const [, host = ''] = /^([^:]+|\[.*\]):\d+$/.exec(text) ?? [];
  const message = isHost(host)
    ? 'ip must be an address without a port: put the port into `port`'
    : 'ip must be an IP address or host name';
  throw new AppError('invalid-field', message, { field: 'ip' });
}

/** The address that is asked of a camera: without user information, with what its path holds; not to be shown. */
export function requestUrl(source: RtspSource): string {
  return `${source.secure ? 'rtsps' : 'rtsp'}://${formatHost(source.host)}:${source.port}${source.path}`;
}

/** The address with its credentials percent-encoded, for programs that accept only that; not to be shown. */
export function urlWithCredentials(source: RtspSource): string {
  if (source.username === '' && source.password === '') return requestUrl(source);
  const userInfo = `${encodeURIComponent(source.username)}:${encodeURIComponent(source.password)}`;
  return requestUrl(source).replace('://', `://${userInfo}@`);
}

/** The address as clients see it: user name visible; password and secrets in path and query masked. */
export function maskedUrl(source: CameraSource): string {
  if (source.kind === 'video') return `video:${source.file.split(/[\\/]/).at(-1)}`;
  const url = requestUrl({ ...source, path: maskPathSecrets(source.path) });
  if (source.username === '' && source.password === '') return url;
  return url.replace('://', () => `://${encodeURIComponent(source.username)}:***@`);
}

/** Whether two sources are the same stream with the same credentials. */
export function isSameSource(a: CameraSource, b: CameraSource): boolean {
  const [left, right]: Record<string, unknown>[] = [{ ...a }, { ...b }];
  return Object.keys({ ...left, ...right }).every((key) => isDeepStrictEqual(left?.[key], right?.[key]));
}

function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The password of a source and the secrets of its path, for a redactor; empty where it has none. */
export function secretsOf(source: CameraSource): string[] {
  if (source.kind === 'video') return [];
  return [source.password, ...pathSecrets(source.path)].filter((secret) => secret !== '');
}

/** The wire form of {@link CameraSource}, between gateway and worker. */
export const rtspSourceSchema = z.object({
  kind: z.literal('rtsp'),
  secure: z.boolean(),
  host: z.string(),
  port: z.number(),
  path: z.string(),
  username: z.string(),
  password: z.string(),
  transport: transportSchema,
  ptz: ptzSettingsSchema.optional(),
  isSimulator: z.boolean().optional(),
});
export const videoSourceSchema = z.object({ kind: z.literal('video'), file: z.string() });
export const cameraSourceSchema = z.discriminatedUnion('kind', [rtspSourceSchema, videoSourceSchema]);
