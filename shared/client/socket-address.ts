/** Address and headers of the frame socket on this platform. */
import type { HttpClient } from './http-client.ts';
import { socketsSendHeaders } from './platform.ts';

/** Arguments for opening the socket. */
export interface SocketAddress {
  url: string;
  headers: Record<string, string>;
}

const PATH = '/ws';

/**
 * The current address. Browsers' sockets send no headers: there a one-time ticket for this
 * address replaces the token. @throws GatewayError
 */
export async function socketAddress(http: HttpClient): Promise<SocketAddress> {
  const url = http.url(PATH).replace(/^http/i, 'ws');
  const headers = await http.authHeaders();
  if (headers.Authorization === undefined || socketsSendHeaders()) return { url, headers };
  return { url: `${url}?ticket=${encodeURIComponent(await takeTicket(http, PATH))}`, headers: {} };
}

/** A ticket for one address, valid for a short time. @param path without a query @throws GatewayError */
export async function takeTicket(http: HttpClient, path: string): Promise<string> {
  const { ticket } = await http.json<{ ticket: string }>('/api/tickets', { method: 'POST', json: { path } });
  return ticket;
}
