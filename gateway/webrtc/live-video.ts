/** All routes of live video: WebRTC, WHEP, MSE and HLS. */
import type { RequestHandler } from 'express';
import type { Logger } from '#shared/logger.ts';
import type { Access } from '../auth/access.ts';
import { videoRoutes } from '../cameras/video-routes.ts';
import type { RouteGroup } from '../http/route.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { webrtcRoutes } from './routes.ts';
import { SessionRouter } from './session-router.ts';
import { whepRoutes } from './whep-routes.ts';

export interface LiveVideoOptions {
  routing: CameraRouting;
  access: Pick<Access, 'authenticator'>;
  /** Passes HLS files on. */
  files: RequestHandler;
  /** Whether other gateways use the same workers. */
  isShared: boolean;
  log: Logger;
}

/** Builds the routes; sessions end with the sign-in in which they were opened. */
export function liveVideoRoutes({ routing, access, files, isShared, log }: LiveVideoOptions): RouteGroup {
  const { authenticator } = access;
  const sessions = new SessionRouter({
    routing,
    isLocal: (request) => authenticator.isLocal(request),
    isShared,
    log,
  });
  authenticator.onSignInEnd((signIn) => sessions.endOfSignIn(signIn));
  return {
    name: 'Live video',
    description:
      'Video as the camera sends it, never transcoded: WebRTC where it can be, MSE or HLS where only HTTP gets through.',
    routes: [...webrtcRoutes(sessions), ...whepRoutes(sessions), ...videoRoutes(files)],
  };
}
