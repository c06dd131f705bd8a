/** HTTP and WebSocket of the analysis worker, on loopback only. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express from 'express';
import { WebSocketServer } from 'ws';
import { RESULTS_PATH } from '#shared/detections.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { isTokenValid, requireToken } from '../host/token.ts';
import { analysisRoutes } from './routes/analysis-routes.ts';
import { type HealthRoutesOptions, healthRoutes } from './routes/health-routes.ts';

export interface ServerOptions extends HealthRoutesOptions {
  redactor: Redactor;
  log: Logger;
}

/** Nobody sends anything on the results socket. */
const MAX_MESSAGE_BYTES = 1024;

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export async function openServer(options: ServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { config, results } = options;
  const server = createServer(createApp(options));
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.url !== RESULTS_PATH) return refuse(socket, '404 Not Found');
    if (!isTokenValid(request, config.host.token)) return refuse(socket, '401 Unauthorized');
    sockets.handleUpgrade(request, socket, head, (listener) => results.serve(listener));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      results.close();
      server.closeAllConnections();
    },
  };
}

function createApp(options: ServerOptions) {
  const { config, analyses, redactor, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  if (config.host.token !== undefined) app.use(requireToken(config.host.token));
  app.use(healthRoutes(options));
  app.use(analysisRoutes(analyses));
  app.use(notFound);
  app.use(problemHandler({ log, redactor }));
  return app;
}

function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
