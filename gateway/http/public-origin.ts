/** The address by which a client reaches the gateway. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** Host names, IPv4 and IPv6 literals, with or without a port; responses contain nothing else. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const PREFIX = /^(?:\/[A-Za-z0-9._~-]+)+$/;

/** Scheme, host and path prefix as the client sees them, without a trailing slash: `https://x.example/gw`. */
export function publicOrigin(request: IncomingMessage): string {
  const forwardedHost = firstOf(request, 'x-forwarded-host');
  const host = [forwardedHost, request.headers.host].find((name) => name !== undefined && HOST.test(name));
  const isEncrypted = (request.socket as TLSSocket).encrypted === true;
  const forwardedScheme = firstOf(request, 'x-forwarded-proto')?.toLowerCase();
  const isSecure = forwardedScheme === undefined ? isEncrypted : ['https', 'wss'].includes(forwardedScheme);
  return `${isSecure ? 'https' : 'http'}://${host ?? 'localhost'}${publicPrefix(request)}`;
}

/** Path prefix removed by a proxy, `/gw`, or empty. */
export function publicPrefix(request: IncomingMessage): string {
  const prefix = firstOf(request, 'x-forwarded-prefix')?.replace(/\/+$/, '') ?? '';
  return PREFIX.test(prefix) ? prefix : '';
}

/** Each proxy appends its own value: the first is the client's. */
function firstOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim();
}
