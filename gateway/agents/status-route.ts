/** `GET /api/cameras/:cameraId/status` with the place of a camera, and of cameras that no worker runs. */
import type { RequestHandler } from 'express';
import { AppError } from '#shared/errors.ts';
import { absentStatus, connectingStatus } from '../cameras/absent-status.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import { InFlight } from '../worker-access/in-flight.ts';
import { offlineStatus } from './offline-status.ts';

export interface StatusOptions {
  directory: Pick<CameraDirectory, 'agentOf' | 'findWanted'>;
  routing: Pick<CameraRouting, 'resolve' | 'lackOf'>;
  /** When an agent that is away went offline; undefined for one that was removed. */
  since: (agent: string) => Date | undefined;
}

/** Requests under way at one worker; more would only wait there. */
const MAX_REQUESTS = 64;

/**
 * Asks the worker of a camera. A camera that its worker does not have yet is connecting; of one whose agent is away
 * the agent is told, and of one without a worker, why.
 */
export function statusHandler({ directory, routing, since }: StatusOptions): RequestHandler {
  const inFlight = new InFlight(MAX_REQUESTS);
  return async (req, res) => {
    const cameraId = String(req.params.cameraId);
    const agent = directory.agentOf(cameraId);
    const place = agent === undefined ? {} : { agent };
    res.setHeader('Cache-Control', 'no-store');
    const lack = directory.findWanted(cameraId) && routing.lackOf(cameraId);
    if (lack !== undefined) return void res.json(absentStatus(cameraId, lack));
    try {
      const worker = routing.resolve(cameraId);
      inFlight.enter(worker.name, res);
      const path = `/api/cameras/${encodeURIComponent(cameraId)}/status`;
      res.json({ ...(await call<object>(worker, { method: 'GET', path })), ...place });
    } catch (error) {
      const code = error instanceof AppError ? error.code : undefined;
      if (code === 'agent-offline' && agent !== undefined)
        return void res.json(offlineStatus(cameraId, agent, since(agent)));
      if (code !== 'camera-not-found' || directory.findWanted(cameraId) === undefined) throw error;
      res.json({ ...connectingStatus(cameraId), ...place });
    }
  };
}
