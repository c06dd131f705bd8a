/** All routes of live video: WebRTC, WHEP, MSE and HLS. */
import type { RequestHandler } from 'express';
import type { Logger } from '#shared/logger.ts';
import { videoRoutes } from '../cameras/video-routes.ts';
import type { RouteGroup } from '../http/route.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { webrtcRoutes } from './routes.ts';
import { SessionRouter } from './session-router.ts';
import { whepRoutes } from './whep-routes.ts';

/** @param files passes HLS files on */
export function liveVideoRoutes(routing: CameraRouting, files: RequestHandler, log: Logger): RouteGroup {
  const sessions = new SessionRouter({ routing, log });
  return {
    name: 'Live video',
    description:
      'Video as the camera sends it, never transcoded: WebRTC where it can be, MSE or HLS where only HTTP gets through.',
    routes: [...webrtcRoutes(sessions), ...whepRoutes(sessions), ...videoRoutes(files)],
  };
}
