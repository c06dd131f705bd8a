/** WHEP (draft-ietf-wish-whep), passed to the camera's worker as it is, but for addresses. */
import { type Request, Router } from 'express';
import { AppError } from '#shared/errors.ts';
import { textBody } from '../http/body-limits.ts';
import { publicPrefix } from '../http/public-origin.ts';
import type { WorkerRequest } from '../worker-access/client.ts';
import { sendAnswer } from './routes.ts';
import type { SessionRouter } from './session-router.ts';

const PASSED_HEADERS = ['content-type', 'if-match'];

/** Routes under `/whep`: an endpoint per camera, a resource per session below it. */
export function whepRoutes(router: SessionRouter): Router {
  const routes = Router();
  // Of any type: the worker says which ones it takes.
  routes.use(textBody());

  routes.post('/:cameraId', async (req, res) => {
    const answer = await router.open(req.params.cameraId, '/whep', requestOf(req));
    const location = locationOf(req, answer.headers.location);
    if (location !== undefined) res.setHeader('Location', location);
    sendAnswer(res, answer);
  });
  routes.options(['/:cameraId', '/:cameraId/:sessionId'], (req, res) => {
    const isEndpoint = req.params.sessionId === undefined;
    if (isEndpoint) res.setHeader('Accept-Post', 'application/sdp');
    else res.setHeader('Accept-Patch', 'application/trickle-ice-sdpfrag');
    res.setHeader('Allow', isEndpoint ? 'OPTIONS, POST' : 'DELETE, OPTIONS, PATCH');
    res.status(204).end();
  });
  routes.all('/:cameraId/:sessionId', async (req, res) => {
    const { cameraId, sessionId } = req.params;
    const path = `/whep/${encodeURIComponent(cameraId)}/${encodeURIComponent(sessionId)}`;
    sendAnswer(res, await router.speak(sessionId, { ...requestOf(req), path }));
  });
  routes.all('/:cameraId', (req, res) => {
    res.setHeader('Allow', 'OPTIONS, POST');
    throw new AppError('method-not-allowed', `${req.method} is not possible here`);
  });
  return routes;
}

function requestOf(req: Request): Omit<WorkerRequest, 'path'> {
  const headers = Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => {
      const value = req.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  const body = typeof req.body === 'string' && req.body !== '' ? { body: req.body } : {};
  return { method: req.method as WorkerRequest['method'], headers, ...body };
}

/**
 * The worker's is relative to the request (`../whep/1/1_0`) and holds behind any
 * prefix. A proxy that tells its prefix gets a path, which simple players need.
 */
function locationOf(req: Request, location: string | string[] | undefined): string | undefined {
  if (typeof location !== 'string') return undefined;
  const depth = (req.originalUrl.split('?')[0] as string).split('/').length - 2;
  const path = location.replace(/^(?:\.\.\/)*/, '');
  const prefix = publicPrefix(req);
  return prefix === '' ? `${'../'.repeat(depth)}${path}` : `${prefix}/${path}`;
}
