/** Sessions in which we offer (docs/contract.md, section 5), over HTTP. */
import { type Request, Router } from 'express';
import { isLoopback } from '#shared/address-policy.ts';
import { parseCameraId } from '#shared/camera.ts';
import { answerRequestSchema, candidateRequestSchema, offerRequestSchema } from '#shared/contract/webrtc.ts';
import { AppError } from '#shared/errors.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import type { IceServer } from '#shared/webrtc-settings.ts';
import {
  LOCAL_CLIENT_HEADER,
  MAX_SESSION_OWNER_LENGTH,
  SESSION_NUMBER_HEADER,
  SESSION_OWNER_HEADER,
} from '#shared/worker-protocol.ts';
import type { Opening } from './opening.ts';
import { withPermittedCandidates } from './sdp/candidate-policy.ts';
import type { Session } from './session.ts';
import type { SessionSet } from './session-set.ts';
import { addClientCandidate, parseBody } from './signalling.ts';

/** What the routes need. */
export interface WebrtcRoutesOptions {
  sessions: SessionSet;
  iceServers: readonly IceServer[];
  /** Whether a gateway counts the sessions for us. */
  isCounted: boolean;
}

/** After these no other answer can help. */
const HOPELESS = ['webrtc-unsupported-codec', 'webrtc-unavailable'];
/** More than any description or candidate takes. */
const BODY_LIMIT = '128kb';

/** Routes under `/api`: `/webrtc/*` and `/streams/status`. */
export function webrtcRoutes({ sessions, iceServers, isCounted }: WebrtcRoutesOptions): Router {
  const routes = Router();
  const json = readJsonBody(BODY_LIMIT);
  const open = async (req: Request, cameraId: string) => {
    const session = await sessions.open(cameraId, openingOf(req, isCounted));
    return describe(req, session, iceServers);
  };

  routes.post('/webrtc/stream/:cameraId', async (req, res) => {
    res.json(await open(req, parseCameraId(req.params.cameraId)));
  });
  routes.post('/webrtc/offer', json, async (req, res) => {
    const { cameraId } = parseBody(offerRequestSchema, req.body, ['cameraId']);
    res.json(await open(req, cameraId));
  });
  routes.post('/webrtc/answer', json, (req, res) => {
    const { sessionId, sdp } = parseBody(answerRequestSchema, req.body, ['sessionId', 'sdp']);
    answerOrEnd(sessions.get(sessionId), sdp);
    res.json({ success: true, sessionId });
  });
  routes.post('/webrtc/candidate', json, (req, res) => {
    const body = parseBody(candidateRequestSchema, req.body, ['sessionId']);
    addClientCandidate(sessions.get(body.sessionId), body.candidate);
    res.json({ success: true, sessionId: body.sessionId });
  });
  routes.delete('/webrtc/sessions/:sessionId', (req, res) => {
    sessions.get(req.params.sessionId).end();
    res.status(204).end();
  });
  routes.get('/streams/status', (_req, res) => {
    const all = sessions.list().map(({ status }) => status);
    res.setHeader('Cache-Control', 'no-store');
    res.json({ activeSessions: all.length, sessions: all });
  });
  return routes;
}

/** What a request says of the session that it opens. @param isCounted whether it comes from a gateway */
export function openingOf(req: Request, isCounted: boolean): Opening {
  if (!isCounted) return { isClientLocal: isLoopback(req.socket.remoteAddress ?? '') };
  return {
    number: sessionNumber(req),
    isClientLocal: req.headers[LOCAL_CLIENT_HEADER] === '1',
    owner: req.get(SESSION_OWNER_HEADER)?.slice(0, MAX_SESSION_OWNER_LENGTH),
  };
}

/** The number the gateway gave a session; undefined for none. */
function sessionNumber(req: Request): number | undefined {
  const text = String(req.headers[SESSION_NUMBER_HEADER] ?? '');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Takes an answer; one that shows that nothing can be played ends the session. @throws AppError as {@link Session.acceptAnswer} */
export function answerOrEnd(session: Session, sdp: string): void {
  try {
    session.acceptAnswer(withPermittedCandidates(sdp, session.isClientLocal));
  } catch (error) {
    // With the reason: a client at the socket hears it there before it is closed.
    if (error instanceof AppError && HOPELESS.includes(error.code)) session.end(error);
    throw error;
  }
}

/** What opens a player: the offer, and where to talk about it. */
export function describeOffer(session: Session, iceServers: readonly IceServer[]): Record<string, unknown> {
  return {
    sessionId: session.id,
    cameraId: session.cameraId,
    offer: { type: 'offer', sdp: session.description },
    iceServers,
  };
}

function describe(req: Request, session: Session, iceServers: readonly IceServer[]): object {
  const path = `/ws/webrtc/${session.id}`;
  const host = req.headers.host ?? 'localhost';
  return { success: true, ...describeOffer(session, iceServers), websocketUrl: `ws://${host}${path}` };
}
