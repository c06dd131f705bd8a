/** HTTP and WebSocket of one RTSP worker. */
import type { Express } from 'express';
import { FRAME_SOCKET_OPTIONS, serveFrameSocket } from '#shared/frames/frame-socket.ts';
import { LINK_PATH } from '#shared/frames/link.ts';
import { HELD_VIDEOS_PATH } from '#shared/held-videos.ts';
import type { ProblemOptions } from '#shared/http/problem.ts';
import { RECORDER_FEED_PATH } from '#shared/recording-link.ts';
import {
  createWorkerApp,
  type OpenServer,
  openHttpServer,
  type ServeSocket,
  type SocketsOptions,
} from '../host/http-server.ts';
import type { Lease } from '../host/lease.ts';
import { requireToken } from '../host/token.ts';
import type { Archive } from './archive/archive.ts';
import { archiveRoutes } from './archive/archive-routes.ts';
import type { StandingOrders } from './archive/standing-orders.ts';
import type { CameraSet } from './camera/camera-set.ts';
import type { RtspWorkerConfig } from './config.ts';
import { discoverCameras } from './discovery/discover-cameras.ts';
import type { CameraProbes } from './discovery/probe-camera.ts';
import type { Ffmpeg } from './ffmpeg/ffmpeg.ts';
import type { CameraDevices } from './onvif/camera-devices.ts';
import { hlsRoutes } from './outputs/hls/hls-routes.ts';
import { HlsStreams } from './outputs/hls/hls-streams.ts';
import { mseTarget, serveMse } from './outputs/mse/mse.ts';
import { MseBroadcasts } from './outputs/mse/mse-broadcast.ts';
import { createFrameFeed } from './outputs/pictures/frame-feed.ts';
import { serveLink } from './outputs/pictures/link.ts';
import type { Recorders } from './outputs/recording/recorders.ts';
import { recordingRoutes } from './outputs/recording/recording-routes.ts';
import { RestreamDoor } from './outputs/restream/restream-door.ts';
import { sessionOwnerRoutes } from './outputs/webrtc/owner-routes.ts';
import { webrtcRoutes } from './outputs/webrtc/routes.ts';
import type { SessionSet } from './outputs/webrtc/session-set.ts';
import { findSessionSocket } from './outputs/webrtc/session-socket.ts';
import { whepRoutes } from './outputs/webrtc/whep-routes.ts';
import { probeInProcess } from './probe/probe-process.ts';
import type { PtzControls } from './ptz/ptz-controls.ts';
import { allowAnyOrigin } from './routes/access.ts';
import { cameraRoutes } from './routes/camera-routes.ts';
import { deviceRoutes } from './routes/device-routes.ts';
import { discoveryRoutes } from './routes/discovery-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { internalRoutes } from './routes/internal-routes.ts';
import { expectLease, leaseRoutes } from './routes/lease-routes.ts';
import { probeRoutes } from './routes/probe-routes.ts';
import { ptzRoutes } from './routes/ptz-routes.ts';
import type { HeldVideos } from './videos/held-videos.ts';
import { videoRoutes } from './videos/video-routes.ts';

export interface ServerOptions extends ProblemOptions {
  config: Readonly<RtspWorkerConfig>;
  cameras: CameraSet;
  controls: PtzControls;
  probes: CameraProbes;
  devices: CameraDevices;
  sessions: SessionSet;
  /** Absent where nothing is recorded. */
  recorders?: Recorders | undefined;
  /** Absent where this worker keeps no recordings of its own. */
  archive?: Archive | undefined;
  /** Of an agent, which goes on without its gateway. */
  orders?: Pick<StandingOrders, 'update'> | undefined;
  /** Copies of uploaded videos; absent where the gateway has the same disk. */
  videos?: HeldVideos | undefined;
  ffmpeg: Pick<Ffmpeg, 'openTranscoder' | 'hardware'>;
  lease: Lease;
  /** Cameras that the last process was working on when it broke. */
  suspects: readonly string[];
}

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { config } = options;
  const hls = new HlsStreams(options);
  const restream = new RestreamDoor(options);
  const server = await openHttpServer({
    app: createWorkerApp(options, (app) => mountRoutes(app, options, hls)),
    bind: config.bind,
    port: config.port,
    tls: config.tls,
    takesFiles: options.videos !== undefined,
    sockets: {
      options: FRAME_SOCKET_OPTIONS,
      token: config.host.token,
      find: socketFinder(options),
      findOther: restream.find,
    },
  });
  return {
    port: server.port,
    accept: server.accept,
    close: async () => {
      hls.close();
      await restream.close();
      await server.close();
    },
  };
}

function mountRoutes(app: Express, options: ServerOptions, hls: HlsStreams): void {
  const { config, cameras, controls, probes, devices, sessions, ffmpeg, lease, suspects } = options;
  const { recorders, archive, orders, videos } = options;
  const { token } = config.host;
  const webrtc = { sessions, iceServers: config.webrtc.iceServers, isCounted: token !== undefined };
  // For a platform that restarts workers elsewhere: it says that the event loop runs, and nothing else.
  if (config.host.isRemote) app.get('/alive', (_req, res) => void res.status(204).end());
  app.use(token === undefined ? allowAnyOrigin : requireToken(token));
  app.use(healthRoutes({ config, cameras, ffmpeg }));
  app.use('/api/cameras', cameraRoutes(cameras), ptzRoutes(controls), deviceRoutes(devices));
  app.use('/hls', hlsRoutes(hls));
  app.use('/api', webrtcRoutes(webrtc));
  app.use('/whep', whepRoutes(webrtc));
  app.use('/internal', (req, res, next) => {
    if (req.method !== 'GET') res.once('finish', () => orders?.update());
    next();
  });
  // A worker that runs alone has no token: strangers would learn which files this machine has, and play them.
  if (token !== undefined) {
    app.use(leaseRoutes({ config, lease, suspects }), sessionOwnerRoutes(sessions));
    // Before the routes that read JSON.
    if (videos !== undefined) app.use(HELD_VIDEOS_PATH, expectLease(lease), videoRoutes(videos));
    app.use(
      '/internal',
      expectLease(lease),
      internalRoutes(cameras, videos),
      discoveryRoutes({
        probes,
        devices,
        discover: (signal) => discoverCameras({ guard: { policy: config.addresses }, signal }),
      }),
      probeRoutes({ probe: (file) => probeInProcess(file), videos }),
    );
  }
  if (token !== undefined && recorders !== undefined) app.use(recordingRoutes(recorders));
  if (token !== undefined && archive !== undefined) app.use(archiveRoutes(archive));
}

function socketFinder(options: ServerOptions): SocketsOptions['find'] {
  const { config, cameras, sessions, recorders, ffmpeg, redactor, log } = options;
  const feed = createFrameFeed(cameras);
  const broadcasts = new MseBroadcasts(cameras, ffmpeg.openTranscoder);
  const byPath: Record<string, ServeSocket> = {
    '/ws': (socket) => void serveFrameSocket(socket, { feed, redactor, log }),
    [LINK_PATH]: (socket) => serveLink(socket, { cameras, log }),
    ...(recorders && { [RECORDER_FEED_PATH]: recorders.serveFeed }),
  };
  return (url) => {
    const path = url.split('?')[0] as string;
    if (Object.hasOwn(byPath, path)) return byPath[path];
    const mse = mseTarget(url);
    if (mse === undefined) return findSessionSocket(path, sessions, config.webrtc);
    return (viewer) => serveMse(viewer, mse, { broadcasts, cameras, log });
  };
}
