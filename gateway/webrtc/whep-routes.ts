/** WHEP (draft-ietf-wish-whep), passed to the camera's worker as it is, but for addresses. */
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import { sessionIdInPath } from '#shared/contract/webrtc.ts';
import { AppError } from '#shared/errors.ts';
import { publicPrefix } from '../http/public-origin.ts';
import { type Body, type Route, route } from '../http/route.ts';
import type { WorkerRequest } from '../worker-access/client.ts';
import { querySuffix, START_ERRORS, sendAnswer, sessionKeyQuery } from './routes.ts';
import type { SessionRouter } from './session-router.ts';

const PASSED_HEADERS = ['content-type', 'if-match'];
const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const ENDPOINT = '/whep/:cameraId';
const SESSION = '/whep/:cameraId/:sessionId';

/** A text body of any type: the worker says which ones it takes. */
const textOf = (type: string): Body[] => [{ type, schema: z.string() }];

/** An endpoint per camera, a resource per session below it. */
export function whepRoutes(router: SessionRouter): Route[] {
  return [...endpointRoutes(router), ...sessionRoutes(router)];
}

function endpointRoutes(router: SessionRouter): Route[] {
  const common = { path: ENDPOINT, access: 'viewer' } as const;
  const params = { cameraId: cameraIdInPath };
  return [
    route({
      ...common,
      id: 'createWhepSession',
      method: 'post',
      summary: 'WHEP: start a session; the player offers',
      description: 'For standard players (draft-ietf-wish-whep). H.264 is passed on as the camera sends it.',
      request: { params, bodies: textOf(SDP) },
      answers: {
        201: {
          description: 'The answer.',
          type: SDP,
          headers: {
            Location: 'The session.',
            ETag: 'For `If-Match`.',
            'Accept-Patch': `\`${FRAGMENT}\`.`,
            Link: 'ICE servers.',
          },
        },
      },
      errors: ['invalid-sdp', 'unsupported-media-type', ...START_ERRORS],
      handle: async (req, res) => {
        const client = router.clientOf(req, req.ip);
        const { answer, key } = await router.open(req.params.cameraId, '/whep', {
          ...requestOf(req),
          client,
        });
        const location = locationOf(req, answer.headers.location);
        if (location !== undefined) res.setHeader('Location', `${location}${querySuffix(key)}`);
        sendAnswer(res, answer);
      },
    }),
    route({
      ...common,
      id: 'describeWhepEndpoint',
      method: 'options',
      summary: 'WHEP: what an endpoint takes',
      request: { params },
      answers: {
        204: { description: 'In headers.', headers: { 'Accept-Post': `\`${SDP}\`.`, Allow: 'Methods.' } },
      },
      handle: (_req, res) => {
        res.setHeader('Accept-Post', SDP);
        res.setHeader('Allow', 'OPTIONS, POST');
        res.status(204).end();
      },
    }),
    route({
      ...common,
      id: 'refuseWhepMethod',
      method: 'all',
      isHidden: true,
      summary: 'WHEP: methods that an endpoint does not take',
      request: { params },
      handle: (req, res) => {
        res.setHeader('Allow', 'OPTIONS, POST');
        throw new AppError('method-not-allowed', `${req.method} is not possible here`);
      },
    }),
  ];
}

function sessionRoutes(router: SessionRouter): Route[] {
  const speak = async (req: Request<{ cameraId: string; sessionId: string }>, res: Response) => {
    const { cameraId, sessionId } = req.params;
    await router.expectOwner(sessionId, router.clientOf(req, req.ip));
    const path = `/whep/${encodeURIComponent(cameraId)}/${encodeURIComponent(sessionId)}`;
    sendAnswer(res, await router.speak(sessionId, { ...requestOf(req), path }));
  };
  const common = { path: SESSION, access: 'viewer', handle: speak } as const;
  const params = { cameraId: cameraIdInPath, sessionId: sessionIdInPath };
  return [
    route({
      ...common,
      id: 'trickleWhepCandidates',
      method: 'patch',
      summary: 'WHEP: candidates of the player',
      request: {
        params,
        query: sessionKeyQuery,
        headers: { 'If-Match': 'The `ETag` of the session, or `*`; may be left out.' },
        bodies: textOf(FRAGMENT),
      },
      answers: { 204: { description: 'Taken.' } },
      errors: [
        'session-not-found',
        'invalid-sdp',
        'unsupported-media-type',
        'precondition-failed',
        'ice-restart-unsupported',
      ],
    }),
    route({
      ...common,
      id: 'endWhepSession',
      method: 'delete',
      summary: 'WHEP: end a session',
      request: { params },
      answers: { 200: { description: 'Ended.' } },
      errors: ['session-not-found'],
    }),
    route({
      ...common,
      id: 'describeWhepSession',
      method: 'options',
      summary: 'WHEP: what a session takes',
      request: { params },
      answers: {
        204: {
          description: 'In headers.',
          headers: { 'Accept-Patch': `\`${FRAGMENT}\`.`, Allow: 'Methods.' },
        },
      },
      handle: (_req, res) => {
        res.setHeader('Accept-Patch', FRAGMENT);
        res.setHeader('Allow', 'DELETE, OPTIONS, PATCH');
        res.status(204).end();
      },
    }),
    route({
      ...common,
      id: 'useWhepSession',
      method: 'all',
      isHidden: true,
      summary: 'WHEP: methods that the worker judges',
      request: { params, bodies: textOf(SDP) },
    }),
  ];
}

function requestOf(req: Pick<Request, 'headers' | 'method' | 'body'>): Omit<WorkerRequest, 'path'> {
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
function locationOf(
  req: IncomingMessage & Pick<Request, 'originalUrl'>,
  location: string | string[] | undefined,
): string | undefined {
  if (typeof location !== 'string') return undefined;
  const depth = (req.originalUrl.split('?')[0] as string).split('/').length - 2;
  const path = location.replace(/^(?:\.\.\/)*/, '');
  const prefix = publicPrefix(req);
  return prefix === '' ? `${'../'.repeat(depth)}${path}` : `${prefix}/${path}`;
}
