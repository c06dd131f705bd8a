/** Internal route by which the gateway sets the analysed cameras. */
import { Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { ANALYSIS_PATH, desiredAnalysisSchema } from '#shared/detections-settings.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import type { AnalysisSet } from '../camera/analysis-set.ts';

const BODY_LIMIT = '4mb';

/** `PUT` replaces the desired state, idempotent; `GET` returns what runs, without secrets. */
export function analysisRoutes(analyses: AnalysisSet): Router {
  const routes = Router();
  routes.put(ANALYSIS_PATH, readJsonBody(BODY_LIMIT), (req, res) => {
    analyses.apply(parseFields(desiredAnalysisSchema, req.body));
    res.json({ cameras: analyses.list().length });
  });
  routes.get(ANALYSIS_PATH, (_req, res) => {
    const cameras = analyses.list().map(({ camera: { cameraId, origin, settings }, counts }) => ({
      cameraId,
      origin,
      settings,
      ...counts,
    }));
    res.json({ cameras });
  });
  return routes;
}
