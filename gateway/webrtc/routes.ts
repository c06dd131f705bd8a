/** WebRTC sessions in which the server offers (docs/contract.md, section 5), passed to the camera's worker. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import {
  acceptedSchema,
  answerRequestSchema,
  candidateRequestSchema,
  offerRequestSchema,
  openedSessionSchema,
  sessionIdInPath,
  sessionListSchema,
  sessionMessageSchema,
  socketMessageSchema,
} from '#shared/contract/webrtc.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { expectCamera, ofCameras } from '../auth/rights.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import type { WorkerAnswer } from '../worker-access/client.ts';
import { cameraOfSession, type OpenedSession, type SessionRouter } from './session-router.ts';

/** Secret of a session, in its addresses where a client has no other mark. */
export const sessionKeyQuery = z.object({
  key: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'As in the address of the session that the gateway gave.' }),
});

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Codes with which opening a session can fail. */
export const START_ERRORS: readonly ErrorCode[] = [
  'camera-not-found',
  'no-video-yet',
  'webrtc-unsupported-codec',
  'webrtc-b-frames',
  'webrtc-unavailable',
  'too-many-requests',
  'worker-not-ready',
  'worker-failed',
  'worker-timeout',
];

/** Opening, talking to, ending and listing sessions. */
export function webrtcRoutes(router: SessionRouter): Route[] {
  return [...startRoutes(router), ...talkRoutes(router), ...sessionRoutes(router)];
}

function startRoutes(router: SessionRouter): Route[] {
  const open = async (req: Request, res: Response, cameraId: string): Promise<void> => {
    const client = router.clientOf(req, req.ip);
    const opened = await router.open(cameraId, '/api/webrtc/stream', { method: 'POST', client });
    sendAnswer(res, withPublicUrl(req, opened));
  };
  return [
    route({
      id: 'startWebrtcStream',
      method: 'post',
      path: '/api/webrtc/stream/:cameraId',
      access: 'viewer',
      summary: 'Start a session; the gateway offers',
      request: { params: { cameraId: cameraIdInPath } },
      answers: { 200: json('The offer, to be answered within 30 s.', openedSessionSchema) },
      errors: START_ERRORS,
      handle: (req, res) => open(req, res, req.params.cameraId),
    }),
    route({
      id: 'createWebrtcOffer',
      method: 'post',
      path: '/api/webrtc/offer',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'The same, with the camera in the body',
      request: { bodies: jsonBody(offerRequestSchema, { 'One camera': { cameraId: '1' } }) },
      answers: { 200: json('The offer.', openedSessionSchema) },
      errors: ['missing-field', 'invalid-field', ...START_ERRORS],
      handle: (req, res) => {
        const cameraId = textField(req.body, 'cameraId');
        expectCamera(req, cameraId);
        return open(req, res, cameraId);
      },
    }),
  ];
}

function talkRoutes(router: SessionRouter): Route[] {
  const speak =
    (path: string) =>
    async (req: Request, res: Response): Promise<void> => {
      const sessionId = textField(req.body, 'sessionId');
      await router.expectOwner(sessionId, router.clientOf(req, req.ip));
      const body = JSON.stringify(req.body);
      sendAnswer(res, await router.speak(sessionId, { method: 'POST', path, headers: JSON_HEADERS, body }));
    };
  const errors = [
    'missing-field',
    'invalid-field',
    'invalid-sdp',
    'session-not-found',
    'session-state',
  ] as const;
  return [
    route({
      id: 'answerWebrtcOffer',
      method: 'post',
      path: '/api/webrtc/answer',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'The answer of the player',
      request: { bodies: jsonBody(answerRequestSchema) },
      answers: { 200: json('Taken; video comes as soon as there is a way.', acceptedSchema) },
      errors: [...errors, 'webrtc-unsupported-codec'],
      handle: speak('/api/webrtc/answer'),
    }),
    route({
      id: 'addWebrtcCandidate',
      method: 'post',
      path: '/api/webrtc/candidate',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'A candidate of the player',
      description: 'Candidates come after the answer.',
      request: { bodies: jsonBody(candidateRequestSchema) },
      answers: { 200: json('Taken.', acceptedSchema) },
      errors,
      handle: speak('/api/webrtc/candidate'),
    }),
    route({
      id: 'openSessionSocket',
      method: 'get',
      path: '/ws/webrtc/:sessionId',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'A WebSocket to speak about one session',
      description:
        'The candidates of the gateway come first, then the answers to what is asked. When the socket closes before the offer was answered, the session ends with it.',
      request: { params: { sessionId: sessionIdInPath }, query: sessionKeyQuery },
      answers: { 101: { description: 'The socket is open.' } },
      errors: ['camera-not-found', 'session-not-found', 'worker-not-ready', 'too-many-requests'],
      socket: {
        client: socketMessageSchema,
        server: sessionMessageSchema,
        tunnelTo: ({ sessionId = '' }) => cameraOfSession(sessionId),
        admit: (request, { sessionId = '' }, address) =>
          router.expectOwner(sessionId, router.clientOf(request, address)),
      },
    }),
  ];
}

function sessionRoutes(router: SessionRouter): Route[] {
  return [
    route({
      id: 'endWebrtcSession',
      method: 'delete',
      path: '/api/webrtc/sessions/:sessionId',
      summary: 'End a session',
      request: { params: { sessionId: sessionIdInPath } },
      answers: { 204: { description: 'Ended.' } },
      errors: ['session-not-found'],
      handle: async (req, res) => {
        const { sessionId } = req.params;
        await router.expectOwner(sessionId, router.clientOf(req, req.ip), true);
        const path = `/api/webrtc/sessions/${encodeURIComponent(sessionId)}`;
        sendAnswer(res, await router.speak(sessionId, { method: 'DELETE', path }));
      },
    }),
    route({
      id: 'listStreams',
      method: 'get',
      path: '/api/streams/status',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'All sessions, WHEP too',
      answers: { 200: json('Sessions.', sessionListSchema) },
      handle: async (req, res) => {
        const sessions = ofCameras(req, await router.sessions(), cameraOf);
        res.setHeader('Cache-Control', 'no-store');
        res.json({ activeSessions: sessions.length, sessions });
      },
    }),
  ];
}

/** The camera of a listed session. */
function cameraOf(session: unknown): string {
  return String((session as { cameraId?: unknown } | null)?.cameraId);
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
function withPublicUrl(req: Request, { answer, key }: OpenedSession): WorkerAnswer {
  if (answer.status !== 200) return answer;
  const opened = JSON.parse(answer.body.toString()) as { sessionId: string };
  const websocketUrl = `${publicOrigin(req).replace(/^http/, 'ws')}/ws/webrtc/${opened.sessionId}${querySuffix(key)}`;
  return { ...answer, body: Buffer.from(JSON.stringify({ ...opened, websocketUrl })) };
}

/** The secret of a session as the end of its address; nothing where none is needed. */
export function querySuffix(key: string | undefined): string {
  return key === undefined ? '' : `?key=${key}`;
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
