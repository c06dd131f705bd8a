/** Addresses of the tracks of a description (RFC 2326 appendix C.1.1), read as cameras write them. */

const RTSP_URL = /^rtsps?:\/\//i;
const HOST_AND_PORT = /^[a-z0-9.-]+(:\d{1,5})?\//i;
/** A camera is asked at so many addresses before it is believed that it has no such track. */
const MAX_ADDRESSES = 4;

/** What an answer to DESCRIBE says of the addresses. */
export interface DescribedAddresses {
  /** Address that was asked. */
  uri: string;
  /** `Content-Base` or `Content-Location`. */
  contentBase: string | undefined;
  /** Value of the session's `a=control`. */
  sessionControl: string;
}

/** The address to which a description's relative addresses refer. */
export function baseOf({ uri, contentBase = '' }: Pick<DescribedAddresses, 'uri' | 'contentBase'>): string {
  const base = contentBase.trim();
  if (RTSP_URL.test(base)) return base;
  const [origin = '', scheme = ''] = /^(rtsps?:\/\/)[^/?]+/i.exec(uri) ?? [];
  if (base === '/' || base === '') return uri;
  if (base.startsWith('/')) return `${origin}${base}`;
  return HOST_AND_PORT.test(base) ? `${scheme}${base}` : uri;
}

/** Addresses of a track, the likeliest first. @param control value of `a=control` */
export function trackAddresses(control: string, described: DescribedAddresses): string[] {
  const { uri, sessionControl } = described;
  const bases = [baseOf(described), uri, uri.replace(/\?.*$/, '')];
  if (RTSP_URL.test(sessionControl)) bases.splice(1, 0, sessionControl);
  return distinct(bases.map((base) => resolve(control, base)));
}

/** Addresses of the whole stream, the likeliest first. */
export function streamAddresses(described: DescribedAddresses): string[] {
  const base = baseOf(described);
  return distinct([resolve(described.sessionControl, base), base, described.uri]);
}

function resolve(control: string, base: string): string {
  if (control === '*' || control === '') return base;
  if (RTSP_URL.test(control)) return control;
  if (control.startsWith('?')) return `${base.replace(/\/$/, '')}${control}`;
  return `${base.replace(/\/$/, '')}/${control.replace(/^\//, '')}`;
}

function distinct(addresses: readonly string[]): string[] {
  return [...new Set(addresses)].slice(0, MAX_ADDRESSES);
}
