/** Where the frames' socket is, and what opens it on this platform. */
import type { HttpClient } from './http-client.ts';
import { socketsSendHeaders } from './platform.ts';

/** What to open. */
export interface SocketAddress {
  url: string;
  headers: Record<string, string>;
}

const PATH = '/ws';

/**
 * The address of the moment. Browsers' sockets send no headers: a ticket, which opens this one
 * address once, takes the token's place there. @throws GatewayError
 */
export async function socketAddress(http: HttpClient): Promise<SocketAddress> {
  const url = http.url(PATH).replace(/^http/i, 'ws');
  const headers = await http.authHeaders();
  if (headers.Authorization === undefined || socketsSendHeaders()) return { url, headers };
  return { url: `${url}?ticket=${encodeURIComponent(await takeTicket(http, PATH))}`, headers: {} };
}

/** A ticket that opens one address for a short while. @param path without a query @throws GatewayError */
export async function takeTicket(http: HttpClient, path: string): Promise<string> {
  const { ticket } = await http.json<{ ticket: string }>('/api/tickets', { method: 'POST', json: { path } });
  return ticket;
}
