/** A reverse proxy that serves a gateway below a path, as people put it behind one address with other things. */
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { listening, originOf, stop } from './serve.ts';

/** Starts one on a free port. @param prefix with a slash before and none behind it */
export async function openPrefixProxy(
  target: string,
  prefix: string,
): Promise<{ url: string; close(): void }> {
  const { hostname, port } = new URL(target);
  const pathOf = ({ url = '' }: IncomingMessage): string | undefined =>
    url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
  const server = createServer((incoming, response) => {
    const path = pathOf(incoming);
    if (path === undefined) return void response.writeHead(404).end();
    const { method, headers } = incoming;
    const outgoing = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    response.on('close', () => outgoing.destroy());
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const upstream = connect(Number(port), hostname, () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write([`GET ${pathOf(incoming)} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const side of [upstream, socket])
      side.on('error', () => [upstream, socket].map((end) => end.destroy()));
  });
  await listening(server);
  return {
    url: `${originOf(server)}${prefix}/`,
    close: () => {
      stop(server);
    },
  };
}
