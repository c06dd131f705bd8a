/** WebRTC sessions in which the server offers (docs/contract.md, section 5), passed to the camera's worker. */
import { type Request, type Response, Router } from 'express';
import { AppError } from '#shared/errors.ts';
import { jsonBody } from '../http/body-limits.ts';
import { publicOrigin } from '../http/public-origin.ts';
import type { WorkerAnswer } from '../worker-access/client.ts';
import type { SessionRouter } from './session-router.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Routes under `/api`: `/webrtc/*` and `/streams/status`. */
export function webrtcRoutes(router: SessionRouter): Router {
  const routes = Router();
  const json = jsonBody();
  const open = async (req: Request, res: Response, cameraId: string): Promise<void> => {
    const answer = await router.open(cameraId, '/api/webrtc/stream', { method: 'POST' });
    sendAnswer(res, withPublicUrl(req, answer));
  };
  const speak =
    (path: string) =>
    async (req: Request, res: Response): Promise<void> => {
      const sessionId = textField(req.body, 'sessionId');
      const body = JSON.stringify(req.body);
      sendAnswer(res, await router.speak(sessionId, { method: 'POST', path, headers: JSON_HEADERS, body }));
    };

  routes.post('/webrtc/stream/:cameraId', (req, res) => open(req, res, req.params.cameraId));
  routes.post('/webrtc/offer', json, (req, res) => open(req, res, textField(req.body, 'cameraId')));
  routes.post('/webrtc/answer', json, speak('/api/webrtc/answer'));
  routes.post('/webrtc/candidate', json, speak('/api/webrtc/candidate'));
  routes.delete('/webrtc/sessions/:sessionId', async (req, res) => {
    const { sessionId } = req.params;
    const path = `/api/webrtc/sessions/${encodeURIComponent(sessionId)}`;
    sendAnswer(res, await router.speak(sessionId, { method: 'DELETE', path }));
  });
  routes.get('/streams/status', async (_req, res) => {
    const sessions = await router.sessions();
    res.setHeader('Cache-Control', 'no-store');
    res.json({ activeSessions: sessions.length, sessions });
  });
  return routes;
}

/** Headers of a worker's answer that are for the client. */
const ANSWER_HEADERS = [
  'content-type',
  'cache-control',
  'retry-after',
  'etag',
  'link',
  'accept-patch',
  'allow',
];

/** Gives a client what a worker answered. */
export function sendAnswer(res: Response, { status, headers, body }: WorkerAnswer): void {
  for (const name of ANSWER_HEADERS) {
    const value = headers[name];
    if (value !== undefined) res.setHeader(name, value);
  }
  res.status(status).end(body);
}

/** The worker knows no address that clients reach. */
function withPublicUrl(req: Request, answer: WorkerAnswer): WorkerAnswer {
  if (answer.status !== 200) return answer;
  const opened = JSON.parse(answer.body.toString()) as { sessionId: string };
  const websocketUrl = `${publicOrigin(req).replace(/^http/, 'ws')}/ws/webrtc/${opened.sessionId}`;
  return { ...answer, body: Buffer.from(JSON.stringify({ ...opened, websocketUrl })) };
}

/** A field that is text, or a number in its place. @throws AppError `missing-field`, `invalid-field` */
function textField(body: unknown, field: string): string {
  const value = ((body ?? {}) as Record<string, unknown>)[field];
  if (value === undefined || value === null || value === '') {
    throw new AppError('missing-field', `Missing required fields: ${field}`, { field });
  }
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new AppError('invalid-field', `${field}: must be a text`, { field });
  }
  return String(value);
}
