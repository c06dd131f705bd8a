/** Requests made on this machine, which need no login. */
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '#shared/address-policy.ts';

/** Headers that proxies add: behind one, the client is elsewhere though the socket is local. */
const FORWARDING = /^(x-forwarded-|forwarded$|x-real-ip$|via$|cf-|x-original-|true-client-ip$)/;

/** Whether a request came over loopback, to a loopback name, without a proxy's headers. */
export function isLocalRequest(request: IncomingMessage): boolean {
  if (!isLoopback(request.socket.remoteAddress ?? '')) return false;
  // The default of nginx: it adds no header and takes a loopback name, but speaks HTTP/1.0.
  if (request.httpVersion === '1.0') return false;
  if (Object.keys(request.headers).some((name) => FORWARDING.test(name))) return false;
  const host = hostNameOf(request.headers.host);
  return host === 'localhost' || (host !== undefined && isLoopback(host));
}

/** The host of a `Host` header without port and brackets, in lower case; undefined for none that could be one. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}
