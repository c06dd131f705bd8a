/** Calls the gateway's own API as the client of a request. */
import type { IncomingMessage } from 'node:http';
import { GatewayClient } from '#shared/client/client.ts';
import { formatHost } from '#shared/contract/source/address.ts';
import { AppError } from '#shared/errors.ts';
import { type Principal, principalOf } from '../auth/principal.ts';

/** Kinds of sign-in that a second request can show again. */
const WITH_HEADER: ReadonlySet<Principal['kind']> = new Set(['token', 'key']);
const WITHOUT_ANY: ReadonlySet<Principal['kind']> = new Set(['local', 'open']);

/** @throws AppError `unauthorized` for a session of a browser and the like: agents send a token or a key */
export function clientOfRequest(request: IncomingMessage): GatewayClient {
  const kind = principalOf(request)?.kind;
  if (kind === undefined || !(WITH_HEADER.has(kind) || WITHOUT_ANY.has(kind)))
    throw new AppError('unauthorized', 'Agents send a token or a key in the Authorization header');
  const headers = WITH_HEADER.has(kind) ? shownHeaders(request) : {};
  return new GatewayClient({
    baseUrl: ownOrigin(request),
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...headers, ...(init?.headers as Record<string, string>) } }),
  });
}

/** A forwarded request is never taken for one of this machine. */
function shownHeaders({ headers, socket }: IncomingMessage): Record<string, string> {
  const { authorization = '', 'x-forwarded-for': forwarded } = headers;
  return { Authorization: authorization, 'X-Forwarded-For': String(forwarded ?? socket.remoteAddress ?? '') };
}

/** The address at which the client reached this process, without any proxy between. */
function ownOrigin({ socket }: IncomingMessage): string {
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  return `http://${formatHost(address)}:${socket.localPort}`;
}
