/** `GET /api/cameras/:cameraId/status` with the place of a camera. */
import type { RequestHandler } from 'express';
import { AppError } from '#shared/errors.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import { offlineStatus } from './offline-status.ts';

export interface StatusOptions {
  directory: Pick<CameraDirectory, 'agentOf'>;
  routing: Pick<CameraRouting, 'resolve'>;
  /** When an agent that is away went offline; undefined for one that was removed. */
  since: (agent: string) => Date | undefined;
  /** Answers for every other camera. */
  otherwise: RequestHandler;
}

/** Adds `agent` to the status of its cameras, and tells of the agent while that is away. */
export function statusHandler({ directory, routing, since, otherwise }: StatusOptions): RequestHandler {
  return async (req, res, next) => {
    const cameraId = String(req.params.cameraId);
    const agent = directory.agentOf(cameraId);
    if (agent === undefined) return otherwise(req, res, next);
    res.setHeader('Cache-Control', 'no-store');
    try {
      const path = `/api/cameras/${encodeURIComponent(cameraId)}/status`;
      const status = await call<object>(routing.resolve(cameraId), { method: 'GET', path });
      res.json({ ...status, agent });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'agent-offline') throw error;
      res.json(offlineStatus(cameraId, agent, since(agent)));
    }
  };
}
