/** HTTP and WebSocket server of all workers. */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express } from 'express';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '#shared/errors.ts';
import { http } from '#shared/http/node-http.ts';
import { notFound, type ProblemOptions, problemHandler } from '#shared/http/problem.ts';
import { refuseUpgrade } from '#shared/http/refuse-upgrade.ts';
import { HANDED_HEADER } from '#shared/worker-protocol.ts';
import { checkToken } from './token.ts';

/** A listening server. */
export interface OpenServer {
  port: number;
  /** Serves a connection that came another way than by the port. */
  accept(connection: Socket): void;
  /** Refuses new clients, asks WebSocket clients to come back later and cuts off all others. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  app: RequestListener;
  /** Address to bind. */
  bind: string;
  /** 0 for any free port. */
  port: number;
  /** PEM, for HTTPS. */
  tls?: { cert: string; key: string } | undefined;
  sockets?: SocketsOptions;
  /** Whether the body of a request may take longer than five minutes. */
  takesFiles?: boolean;
}

export interface SocketsOptions {
  options: ServerOptions;
  /** Required token of upgrades; undefined for a worker that runs alone. */
  token: string | undefined;
  /** Finds the WebSocket route; undefined for none. @param url path and query */
  find(url: string): ServeSocket | undefined;
  /** Finds what serves an upgrade to another protocol than WebSocket. */
  findOther?(request: IncomingMessage): ServeBytes | undefined;
}

/** Serves a WebSocket until it closes. */
export type ServeSocket = (socket: WebSocket) => void;

/** Serves the bytes of a connection until it closes. */
export type ServeBytes = (socket: Socket) => void;

/** Close code "service restart" (RFC 6455 section 7.4.1, IANA registry). */
const CLOSE_SERVICE_RESTART = 1012;

/** Longer than the gateway pauses between its orders: an agent would dial anew for each, milliseconds. */
const KEPT_MS = 65_000;

/** An app with a worker's error responses. @param mount adds access and routes */
export function createWorkerApp(options: ProblemOptions, mount: (app: Express) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  mount(app);
  app.use(notFound);
  app.use(problemHandler(options));
  return app;
}

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export async function openHttpServer({
  app,
  bind,
  port,
  tls,
  sockets,
  takesFiles,
}: HttpServerOptions): Promise<OpenServer> {
  const server = tls === undefined ? http.createServer(app) : createSecureServer(tls, app);
  server.keepAliveTimeout = KEPT_MS;
  if (takesFiles === true) server.requestTimeout = 0;
  const webSockets = new WebSocketServer({ ...sockets?.options, noServer: true });
  const others = new Set<Socket>();
  if (sockets !== undefined) {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      // First: an error without a listener would end the process.
      socket.on('error', () => socket.destroy());
      try {
        checkToken(request, sockets.token);
        const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
        const other = isWebSocket ? undefined : sockets.findOther?.(request);
        if (other === undefined) webSockets.handleUpgrade(request, socket, head, serveFor(request, sockets));
        else {
          others.add(socket);
          socket.once('close', () => others.delete(socket));
          switchProtocol(request, socket, head);
          other(socket);
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (isHanded(request)) socket.destroy();
        else refuseUpgrade(socket, error);
      }
    });
  }
  server.listen(port, bind);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accept: (connection) => void server.emit('connection', connection),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      const isWatched = webSockets.clients.size > 0;
      for (const socket of webSockets.clients) socket.close(CLOSE_SERVICE_RESTART, 'worker stops');
      for (const socket of others) socket.destroy();
      server.closeAllConnections();
      // WebSocket clients may still answer the close frame; the process does not wait for them.
      if (!isWatched) await closed;
    },
  };
}

/** Whether a client of another protocol is at the other end, and not the gateway. */
function isHanded({ headers }: IncomingMessage): boolean {
  return headers[HANDED_HEADER] !== undefined;
}

/** Agrees to the protocol that was asked for (RFC 9110 section 7.8). */
function switchProtocol(request: IncomingMessage, socket: Socket, head: Buffer): void {
  if (!isHanded(request))
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
    );
  if (head.length > 0) socket.unshift(head);
}

function serveFor(request: IncomingMessage, { find }: SocketsOptions): ServeSocket {
  const serve = find(request.url ?? '');
  if (serve === undefined) throw new AppError('not-found', 'There is no WebSocket at this path');
  return serve;
}
