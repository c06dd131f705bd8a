/** Network addresses of cameras: how people write them, with credentials of any characters. */
import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { ptzSettingsSchema } from '../ptz.ts';

/** Where a camera is, with its credentials apart from the address so that they need no escaping. */
export const cameraAddressSchema = z.object({
  /** Over TLS. */
  secure: z.boolean(),
  host: z.string(),
  port: z.number(),
  /** Path and query as sent to the camera, starting with `/`. */
  path: z.string(),
  username: z.string(),
  password: z.string(),
  /** How the camera is moved; absent where it is not. */
  ptz: ptzSettingsSchema.optional(),
});
export type CameraAddress = z.infer<typeof cameraAddressSchema>;

/** A URL of a camera, taken apart. */
export interface ReadUrl {
  /** In lower case. */
  scheme: string;
  host: string;
  /** Undefined where the URL names none. */
  port: number | undefined;
  path: string;
  username: string;
  password: string;
}

const SCHEME = /^([a-z]+):\/\//i;
const ADDRESS = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?([/?].*)?$/is;

/**
 * Reads a URL. User information may hold any character, escaped or not
 * (`rtsp://admin:p@ss:w/rd#1@10.0.0.9/1` works). Where several `@` could end it, what stands
 * before the first `/` or `?` is preferred, so that an `@` of the path names no other host;
 * otherwise the last `@` with a host behind it.
 * @returns undefined where it is no URL with a host
 * @throws AppError `invalid-field` naming `field` where the path would break the request line
 */
export function readUrl(url: string, field: string): ReadUrl | undefined {
  const text = url.trim();
  const [start = '', scheme = ''] = SCHEME.exec(text) ?? [];
  const reading = start === '' ? undefined : likeliestReading(text.slice(start.length));
  if (reading === undefined) return undefined;
  const { userInfo, host, port, path } = reading;
  const [username, password] = splitUserInfo(userInfo);
  checkPath(path, field);
  return { scheme: scheme.toLowerCase(), host: withoutBrackets(host), port, path, username, password };
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

/** A host as URLs hold it. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
