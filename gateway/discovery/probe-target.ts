/** Reads where to look for a camera: an address, or a URL that was pasted, whole or only its host. */
import { type AddressPolicy, checkLiteral } from '#shared/address-policy.ts';
import { parseFields } from '#shared/camera.ts';
import { type ProbeTarget, probeRequestSchema } from '#shared/contract/probe.ts';
import { hostFromIp, readUrl } from '#shared/contract/source/address.ts';
import { HTTP_SCHEMES } from '#shared/contract/source/http.ts';
import { RTSP_SCHEMES } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
type StreamScheme = keyof typeof RTSP_SCHEMES;
type WebScheme = keyof typeof HTTP_SCHEMES;

/** Where to look, and from where. */
export interface ProbeOrder {
  target: ProbeTarget;
  /** Name of the agent that looks; undefined: the gateway itself. */
  agent: string | undefined;
}

/** @throws AppError `missing-field`, `invalid-field`, `camera-address-denied`, naming the field */
export function parseProbeRequest(body: unknown, policy: AddressPolicy): ProbeOrder {
  const { ip, url, port, agent, ...given } = parseFields(probeRequestSchema, body);
  if (ip !== undefined && url !== undefined)
    throw new AppError('invalid-field', 'Only one of ip, url can be given', { field: 'url' });
  if (ip === undefined && url === undefined)
    throw new AppError('missing-field', 'Missing required field: ip or url', { field: 'ip' });
  const place = url === undefined ? { host: hostFromIp(ip as string), secure: false } : fromUrl(url);
  const username = given.username ?? ('username' in place ? place.username : '');
  const password = given.password ?? ('password' in place ? place.password : '');
  const target: ProbeTarget = {
    ...place,
    ...(port !== undefined && { port }),
    username: username === '' && password !== '' ? 'admin' : username,
    password,
  };
  // The network of an agent is judged there.
  if (agent === undefined) checkPlace(target, url === undefined ? 'ip' : 'url', policy);
  return { target, agent };
}

/** A port or a path that the text does not name is not known; it is no default. */
function fromUrl(url: string): ProbeTarget {
  const text = url.trim();
  const read = readUrl(SCHEME.test(text) ? text : `rtsp://${text}`, 'url');
  if (read === undefined || !isKnown(read.scheme))
    throw new AppError('invalid-field', 'url must be an rtsp://, rtsps:// or http:// URL, or a host', {
      field: 'url',
    });
  const { scheme, host, port, path, username, password } = read;
  const named = path === '/' ? {} : { path };
  const login = { username, password };
  if (isWeb(scheme)) {
    const { secure, port: usual } = HTTP_SCHEMES[scheme];
    return { host, secure: false, ...login, web: { secure, port: port ?? usual, ...named } };
  }
  const { secure } = RTSP_SCHEMES[scheme as StreamScheme];
  return { host, secure, ...login, ...(port !== undefined && { port }), ...named };
}

function isKnown(scheme: string): scheme is StreamScheme | WebScheme {
  return Object.hasOwn(RTSP_SCHEMES, scheme) || isWeb(scheme);
}

function isWeb(scheme: string): scheme is WebScheme {
  return Object.hasOwn(HTTP_SCHEMES, scheme);
}

function checkPlace({ host, port, web }: ProbeTarget, field: string, policy: AddressPolicy): void {
  try {
    checkLiteral(host, port ?? web?.port ?? RTSP_SCHEMES.rtsp.port, policy);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, { field, cause: error });
  }
}
