/** Servers of tests: on a free port of this machine, with a log that stays silent. */
import { once } from 'node:events';
import { createServer, Server as HttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Logger, pino } from 'pino';
import { problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';

/** Takes log lines and shows none. */
export const silentLog: Logger = pino({ level: 'silent' });

/** The last middleware of an app under test: errors as problem details. */
export const problems = problemHandler({ log: silentLog, redactor: new Redactor() });

/** Serves requests; resolves when the port is bound. @param listener an Express app, say */
export function serve(listener: RequestListener): Promise<HttpServer> {
  return listening(createServer(listener));
}

/** Binds a server to a free port. */
export async function listening<S extends Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

export function originOf(server: Server): string {
  return `http://127.0.0.1:${portOf(server)}`;
}

/** The body of a request; undefined where its client goes away before the end. */
export function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return buffer(request).catch(() => undefined);
}

/** The same as text. */
export async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  return (await bytesOf(request))?.toString();
}

/** Stops listening and cuts off clients; not those on WebSockets. */
export function stop(server: Server): void {
  server.close();
  if (server instanceof HttpServer) server.closeAllConnections();
}
