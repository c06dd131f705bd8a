/** WebRTC settings, read by the gateway and passed on to its workers. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';
import { type Environment, readInteger, readOptional, SettingsError } from './settings.ts';

/** A STUN or TURN server as browsers take it (`RTCIceServer`). */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface WebrtcSettings {
  /** Addresses to offer to clients beyond those of the host's interfaces. */
  publicAddresses: readonly string[];
  /** For clients; the gateway itself never contacts them. */
  iceServers: readonly IceServer[];
  /** UDP port of the first worker, the next ones follow; undefined: the number of its HTTP port. */
  udpPort: number | undefined;
  /** Sessions of one worker. */
  maxSessions: number;
}

const ICE_URL = /^(?:stuns?|turns?):[A-Za-z0-9.[\]:-]+(?:\?transport=(?:udp|tcp))?$/;
/** Credentials in the URL, a common form: `turn:user:secret@host`. */
const ICE_URL_WITH_USER = /^(turns?:)([^:@]+):(.+)@([^@]+)$/;

const iceServerSchema = z.union([
  z.string(),
  z.object({
    urls: z.union([z.string(), z.array(z.string()).min(1)]),
    username: z.string().optional(),
    credential: z.string().optional(),
  }),
]);

/** Reads the environment. @throws SettingsError without credentials in its message */
export function readWebrtcSettings(env: Environment): WebrtcSettings {
  const udpPort = readInteger(env, 'WEBRTC_UDP_PORT', { fallback: 0, min: 0, max: 65_535 });
  return {
    publicAddresses: readAddresses(readOptional(env, 'WEBRTC_PUBLIC_IP')),
    iceServers: readIceServers(readOptional(env, 'ICE_SERVERS')),
    udpPort: udpPort === 0 ? undefined : udpPort,
    maxSessions: readInteger(env, 'MAX_WEBRTC_SESSIONS', { fallback: 256, min: 1, max: 10_000 }),
  };
}

function readAddresses(text = ''): string[] {
  const addresses = splitList(text);
  const wrong = addresses.find((address) => isIP(address) === 0);
  if (wrong !== undefined) {
    throw new SettingsError('WEBRTC_PUBLIC_IP', wrong, 'an IP address, or several with commas between them');
  }
  return addresses;
}

function readIceServers(text = ''): IceServer[] {
  const listed: unknown = text.startsWith('[') ? parseJson(text) : splitList(text);
  const servers = z.array(iceServerSchema).safeParse(listed);
  if (!servers.success) throw wrongIceServers();
  return servers.data.map((server) => (typeof server === 'string' ? fromUrl(server) : fromObject(server)));
}

function fromUrl(url: string): IceServer {
  const match = ICE_URL_WITH_USER.exec(url);
  if (match === null) return fromObject({ urls: url });
  const [, scheme, username, credential, rest] = match;
  return fromObject({ urls: `${scheme}${rest}`, username, credential });
}

function fromObject({
  urls,
  username,
  credential,
}: {
  urls: string | string[];
  username?: string | undefined;
  credential?: string | undefined;
}): IceServer {
  const all = [urls].flat();
  if (!all.every((url) => ICE_URL.test(url))) throw wrongIceServers();
  return {
    urls: all,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  };
}

function wrongIceServers(): SettingsError {
  // The value holds secrets and the message is printed.
  return new SettingsError(
    'ICE_SERVERS',
    '(hidden)',
    'a JSON array of RTCIceServer objects, or stun: and turn: URLs with commas between them',
  );
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
