/** HTTP and WebSocket of one RTSP worker. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express } from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import { FRAME_SOCKET_OPTIONS, serveFrameSocket } from '#shared/frames/frame-socket.ts';
import { LINK_PATH } from '#shared/frames/link.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { isTokenValid, requireToken } from '../host/token.ts';
import type { CameraSet } from './camera/camera-set.ts';
import type { RtspWorkerConfig } from './config.ts';
import { createOpusTranscoders } from './ffmpeg/opus-transcoder.ts';
import { probeVideo } from './ffmpeg/video-probe.ts';
import { hlsRoutes } from './outputs/hls/hls-routes.ts';
import { HlsStreams } from './outputs/hls/hls-streams.ts';
import { mseTarget, serveMse } from './outputs/mse/mse.ts';
import { MseBroadcasts } from './outputs/mse/mse-broadcast.ts';
import { createFrameFeed } from './outputs/pictures/frame-feed.ts';
import { serveLink } from './outputs/pictures/link.ts';
import { webrtcRoutes } from './outputs/webrtc/routes.ts';
import type { SessionSet } from './outputs/webrtc/session-set.ts';
import { findSessionSocket } from './outputs/webrtc/session-socket.ts';
import { whepRoutes } from './outputs/webrtc/whep-routes.ts';
import { allowAnyOrigin } from './routes/access.ts';
import { cameraRoutes } from './routes/camera-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { internalRoutes } from './routes/internal-routes.ts';
import { probeRoutes } from './routes/probe-routes.ts';

export interface ServerOptions {
  config: Readonly<RtspWorkerConfig>;
  cameras: CameraSet;
  sessions: SessionSet;
  redactor: Redactor;
  log: Logger;
}

/** A server that listens. */
export interface OpenServer {
  port: number;
  close(): Promise<void>;
}

/** The order to come back later (RFC 6455 section 7.4.1, IANA registry: service restart). */
const CLOSE_SERVICE_RESTART = 1012;

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { config } = options;
  const hls = new HlsStreams(options);
  const server = createServer(createApp(options, hls));
  const sockets = serveUpgrades(server, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.bind, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets.clients) socket.close(CLOSE_SERVICE_RESTART, 'worker stops');
      hls.close();
      server.closeAllConnections();
      await Promise.race([closed, Promise.resolve()]);
    },
  };
}

function createApp({ config, cameras, sessions, redactor, log }: ServerOptions, hls: HlsStreams): Express {
  const isCounted = config.host.token !== undefined;
  const webrtc = { sessions, iceServers: config.webrtc.iceServers, isCounted };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(config.host.token === undefined ? allowAnyOrigin : requireToken(config.host.token));
  app.use(healthRoutes({ config, cameras }));
  app.use('/api/cameras', cameraRoutes(cameras));
  app.use('/hls', hlsRoutes(hls));
  app.use('/api', webrtcRoutes(webrtc));
  app.use('/whep', whepRoutes(webrtc));
  // A worker that runs alone has no token: strangers would learn which files this machine has, and play them.
  if (config.host.token !== undefined)
    app.use('/internal', internalRoutes(cameras), probeRoutes({ probe: (file) => probeVideo(file) }));
  app.use(notFound);
  app.use(problemHandler({ log, redactor }));
  return app;
}

function serveUpgrades(
  server: Server,
  { config, cameras, sessions, redactor, log }: ServerOptions,
): WebSocketServer {
  const sockets = new WebSocketServer({ ...FRAME_SOCKET_OPTIONS, noServer: true });
  const feed = createFrameFeed(cameras);
  const broadcasts = new MseBroadcasts(cameras, createOpusTranscoders(log));
  const serve: Record<string, (socket: WebSocket) => void> = {
    '/ws': (socket) => void serveFrameSocket(socket, { feed, redactor, log }),
    [LINK_PATH]: (socket) => serveLink(socket, { cameras, log }),
  };
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => {});
    const { url = '' } = request;
    const path = url.split('?')[0] as string;
    const mse = mseTarget(url);
    const other =
      mse === undefined
        ? findSessionSocket(path, sessions, config.webrtc)
        : (viewer: WebSocket) => serveMse(viewer, mse, { broadcasts, cameras, log });
    const start = Object.hasOwn(serve, path) ? serve[path] : other;
    if (start === undefined) return refuse(socket, '404 Not Found');
    if (!isTokenValid(request, config.host.token)) return refuse(socket, '401 Unauthorized');
    sockets.handleUpgrade(request, socket, head, start);
  });
  return sockets;
}

function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
