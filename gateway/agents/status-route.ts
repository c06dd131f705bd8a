/** `GET /api/cameras/:cameraId/status` with the place of a camera, and of cameras that no worker runs. */
import type { RequestHandler } from 'express';
import { AppError } from '#shared/errors.ts';
import { absentStatus } from '../cameras/absent-status.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import { offlineStatus } from './offline-status.ts';

export interface StatusOptions {
  directory: Pick<CameraDirectory, 'agentOf' | 'findWanted'>;
  routing: Pick<CameraRouting, 'resolve' | 'lackOf'>;
  /** When an agent that is away went offline; undefined for one that was removed. */
  since: (agent: string) => Date | undefined;
  /** Answers for every other camera. */
  otherwise: RequestHandler;
}

/** Adds `agent` to the status of its cameras, and tells why a camera has no worker. */
export function statusHandler({ directory, routing, since, otherwise }: StatusOptions): RequestHandler {
  return async (req, res, next) => {
    const cameraId = String(req.params.cameraId);
    const agent = directory.agentOf(cameraId);
    const lack = directory.findWanted(cameraId) && routing.lackOf(cameraId);
    if (lack !== undefined)
      return void res.set('Cache-Control', 'no-store').json(absentStatus(cameraId, lack));
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
