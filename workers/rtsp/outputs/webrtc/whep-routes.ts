/** WHEP (draft-ietf-wish-whep), in which the player offers; the rules for HTTP are those of WHIP (RFC 9725). */
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { parseCameraId } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { IceServer } from '#shared/webrtc-settings.ts';
import { openingOf, type WebrtcRoutesOptions } from './routes.ts';
import { attribute, isCandidate } from './sdp/description.ts';
import type { Session } from './session.ts';
import { addClientCandidate } from './signalling.ts';

const SDP_TYPE = 'application/sdp';
const FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';
const BODY_LIMIT = '128kb';

/** Routes under `/whep`: an endpoint per camera, a resource per session below it. */
export function whepRoutes({ sessions, iceServers, isCounted }: WebrtcRoutesOptions): Router {
  const routes = Router();
  const find = (req: Request<{ cameraId: string; sessionId: string }>): Session => {
    const session = sessions.get(req.params.sessionId);
    if (session.kind === 'whep' && session.cameraId === req.params.cameraId) return session;
    throw new AppError('session-not-found', `No session ${req.params.sessionId} of this camera`);
  };

  routes.post('/:cameraId', requireType(SDP_TYPE), textBody(SDP_TYPE), async (req, res) => {
    const cameraId = parseCameraId(req.params.cameraId);
    const opening = openingOf(req, isCounted);
    const session = await sessions.openWhep(cameraId, req.body as string, opening);
    res.status(201).type(SDP_TYPE);
    res.setHeader('Location', locationOf(req, session));
    res.setHeader('ETag', session.etag);
    res.setHeader('Accept-Patch', FRAGMENT_TYPE);
    res.setHeader('Cache-Control', 'no-store');
    linkIceServers(res, iceServers);
    res.send(session.description);
  });
  routes.patch('/:cameraId/:sessionId', requireType(FRAGMENT_TYPE), textBody(FRAGMENT_TYPE), (req, res) => {
    const session = find(req);
    checkPrecondition(req, session);
    trickle(session, req.body as string);
    res.setHeader('ETag', session.etag);
    res.status(204).end();
  });
  routes.delete('/:cameraId/:sessionId', (req, res) => {
    find(req).end();
    res.status(200).end();
  });
  routes.options('/:cameraId', allow('OPTIONS, POST', { 'Accept-Post': SDP_TYPE }));
  routes.options('/:cameraId/:sessionId', allow('DELETE, OPTIONS, PATCH', { 'Accept-Patch': FRAGMENT_TYPE }));
  routes.all('/:cameraId', refuseMethod('OPTIONS, POST'));
  routes.all('/:cameraId/:sessionId', refuseMethod('DELETE, OPTIONS, PATCH'));
  return routes;
}

function requireType(type: string) {
  return (req: { is(type: string): string | false | null }, _res: unknown, next: () => void): void => {
    if (req.is(type) !== type) throw new AppError('unsupported-media-type', `The body must be ${type}`);
    next();
  };
}

function textBody(type: string) {
  return express.text({ type, limit: BODY_LIMIT });
}

/**
 * Relative to the request, so that it holds behind every prefix a proxy puts
 * before us; upwards to our own root, so that it also holds from there.
 */
function locationOf(req: Request, { id, cameraId }: Session): string {
  const depth = (req.originalUrl.split('?')[0] as string).split('/').length - 2;
  return `${'../'.repeat(depth)}whep/${cameraId}/${id}`;
}

/** `Link` of each URL (draft-ietf-wish-whep, section 4.6). */
function linkIceServers(res: Response, servers: readonly IceServer[]): void {
  const links = servers.flatMap(({ urls, username, credential }) => {
    const login =
      username === undefined || credential === undefined
        ? ''
        : `; username=${quote(username)}; credential=${quote(credential)}; credential-type="password"`;
    return urls.map((url) => `<${url}>; rel="ice-server"${login}`);
  });
  if (links.length > 0) res.setHeader('Link', links);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^\t\x20-\x7e]/g, '')}"`;
}

/**
 * An entity tag guards against candidates of an earlier ICE session (RFC 9725 section 4.3.1). Players that
 * send none name that session by its `ice-ufrag`, which is checked in any case.
 */
function checkPrecondition(req: Request, { etag }: Session): void {
  const given = req.headers['if-match'];
  if (given === undefined) return;
  // The star is for ICE restarts, but players send it with plain candidates too.
  if (given !== '*' && !given.split(',').some((tag) => tag.trim() === etag)) {
    throw new AppError('precondition-failed', 'The ETag is not that of the session');
  }
}

/** Takes the candidates of a fragment (RFC 8840 section 9). */
function trickle(session: Session, fragment: string): void {
  const lines = fragment.split(/\r\n|\r|\n/).filter((line) => line !== '');
  const ufrag = attribute(lines, 'ice-ufrag');
  if (ufrag === undefined)
    throw new AppError('invalid-sdp', 'The fragment has no ice-ufrag', { field: 'ice-ufrag' });
  if (ufrag !== session.clientUfrag) {
    throw new AppError('ice-restart-unsupported', 'An ICE restart needs a new session here');
  }
  const candidates = lines.filter((line) => line.startsWith('a=candidate:')).map((line) => line.slice(2));
  if (!candidates.every(isCandidate))
    throw new AppError('invalid-sdp', 'A candidate is malformed', { field: 'candidate' });
  for (const candidate of candidates) addClientCandidate(session, candidate);
}

function allow(methods: string, headers: Record<string, string>): RequestHandler {
  return (_req, res) => {
    res.set({ Allow: methods, ...headers });
    res.status(204).end();
  };
}

function refuseMethod(methods: string): RequestHandler {
  return (req, res) => {
    res.setHeader('Allow', methods);
    throw new AppError('method-not-allowed', `${req.method} is not possible here`);
  };
}
