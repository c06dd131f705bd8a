/** Finding cameras and their streams (docs/contract.md, section 11). */
import type { Request, Response } from 'express';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { parseFields } from '#shared/camera.ts';
import { idInPath } from '#shared/contract/common.ts';
import {
  discoveredCamerasSchema,
  discoverRequestSchema,
  type ProbeAnswer,
  type ProbeTarget,
  probeAnswerSchema,
  probeMessageSchema,
  probeRequestSchema,
} from '#shared/contract/probe.ts';
import { AppError, toProblem } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import type { Redactor } from '#shared/redact.ts';
import { EVENT_STREAM_HEADERS } from '../http/event-stream.ts';
import { content, json, jsonBody, type Route, type RouteGroup, route } from '../http/route.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { callForLines, call as callWorker } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { parseProbeRequest } from './probe-target.ts';
import { SharedPreviews, type SharedPreviewsOptions } from './shared-previews.ts';

/** What these routes need. */
export interface DiscoveryOptions extends SharedPreviewsOptions {
  routing: Pick<CameraRouting, 'anyReady'>;
  addresses: AddressPolicy;
  redactor: Redactor;
}

/** A worker is done within a minute. */
const PROBE_TIMEOUT_MS = 75_000;
const DISCOVER_TIMEOUT_MS = 10_000;
const PREVIEW_PATH = '/api/cameras/probe/previews';

/** Tells a client of one part of an answer, where it wants them as they come. */
type Tell = (event: 'step' | 'stream' | 'result' | 'error', data: object) => void;

/** Routes that look for cameras, by way of any worker that is ready. */
export function discoveryRoutes(options: DiscoveryOptions): RouteGroup {
  const previews = new SharedPreviews(options);
  return {
    name: 'Finding cameras',
    description: 'For cameras of which only the address, the user and the password are known.',
    routes: [probeRoute(options, previews), previewRoute(previews), discoverRoute(options)],
  };
}

function probeRoute(options: DiscoveryOptions, previews: SharedPreviews): Route {
  return route({
    id: 'probeCamera',
    method: 'post',
    path: '/api/cameras/probe',
    limit: 'connects',
    summary: 'Find the streams of a camera by its address',
    description:
      'Takes up to a minute. With `Accept: text/event-stream` the events `step` and `stream` come as they are known; `result` is the whole answer. A wrong password is sent to the camera once. Nothing is stored.',
    request: {
      bodies: jsonBody(probeRequestSchema, {
        'By its address': { ip: '192.0.2.10', username: 'admin', password: 'secret' },
        'By a URL': { url: 'rtsp://admin:secret@192.0.2.10/1' },
      }),
    },
    answers: { 200: json('What was found, and what was not.', probeAnswerSchema) },
    errors: [
      'missing-field',
      'invalid-field',
      'camera-address-denied',
      'agent-offline',
      'worker-not-ready',
      'worker-busy',
      'worker-failed',
      'worker-timeout',
    ],
    handle: async (req, res) => {
      const order = parseProbeRequest(req.body, options.addresses);
      const worker = options.routing.anyReady(order.agent);
      try {
        if (wantsEvents(req))
          await answerWithEvents(res, options, (tell) => probe(worker, order.target, res, tell));
        else res.json(await probe(worker, order.target, res, () => {}));
      } catch (error) {
        if (!res.destroyed) throw error;
      }
    },
  });

  async function probe(
    worker: WorkerAddress,
    target: ProbeTarget,
    res: Response,
    tell: Tell,
  ): Promise<ProbeAnswer> {
    const answer: ProbeAnswer = { ip: target.host, steps: [], streams: [] };
    const signal = goneSignal(res);
    const forget = options.redactor.add(target.password);
    const call = { path: '/internal/probe-camera', json: target, schema: probeMessageSchema };
    const limits = { signal, timeoutMs: PROBE_TIMEOUT_MS };
    try {
      for await (const message of callForLines(worker, { ...call, ...limits })) {
        if (message.type === 'step') tell('step', add(answer.steps, message.step));
        else if (message.type === 'device') Object.assign(answer, message.device);
        else {
          const { picture, ...facts } = message.stream;
          const id = picture === undefined ? undefined : await previews.add(Buffer.from(picture, 'base64'));
          const previewUrl = id === undefined ? null : `${PREVIEW_PATH}/${id}`;
          tell('stream', add(answer.streams, { ...facts, previewUrl }));
        }
      }
    } finally {
      forget();
    }
    return answer;
  }
}

function previewRoute(previews: SharedPreviews): Route {
  return route({
    id: 'getProbePreview',
    method: 'get',
    path: `${PREVIEW_PATH}/:previewId` as '/api/cameras/probe/previews/:previewId',
    summary: 'A picture of a stream that was found',
    request: {
      params: { previewId: idInPath('From `previewUrl`.', '6f1de1b2-0c86-4a51-8f2e-5a3f0d9b7c11') },
    },
    answers: { 200: content('The picture.', 'image/jpeg') },
    errors: ['not-found', 'storage-unavailable'],
    handle: async (req, res) => {
      const jpeg = await previews.find(req.params.previewId);
      if (jpeg === undefined) throw new AppError('not-found', 'No such preview; it is kept for ten minutes');
      res.setHeader('Cache-Control', 'private, max-age=600');
      res.type('image/jpeg').send(jpeg);
    },
  });
}

function discoverRoute({ routing }: DiscoveryOptions): Route {
  return route({
    id: 'discoverCameras',
    method: 'post',
    path: '/api/cameras/discover',
    limit: 'connects',
    summary: 'Find the ONVIF cameras of the network',
    description:
      'Asks every network of this host, or of an agent, for three seconds (WS-Discovery). A container sees only networks that it has itself. Nothing is stored, no password is sent.',
    request: { bodies: jsonBody(discoverRequestSchema, { 'All networks of the gateway': {} }) },
    answers: { 200: json('Cameras that answered.', discoveredCamerasSchema) },
    errors: ['invalid-field', 'agent-offline', 'worker-not-ready', 'worker-failed', 'worker-timeout'],
    handle: async (req, res) => {
      const { agent } = parseFields(discoverRequestSchema, req.body ?? {});
      const worker = routing.anyReady(agent);
      const signal = goneSignal(res);
      const call = { method: 'POST', path: '/internal/discover', schema: discoveredCamerasSchema } as const;
      const limits = { signal, timeoutMs: DISCOVER_TIMEOUT_MS };
      try {
        res.json(await callWorker(worker, { ...call, ...limits }));
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  });
}

function wantsEvents(req: Request): boolean {
  return req.accepts(['application/json', 'text/event-stream']) === 'text/event-stream';
}

/** Sends server-sent events; errors come as one, since the status is sent by then. */
async function answerWithEvents(
  res: Response,
  { redactor }: DiscoveryOptions,
  run: (tell: Tell) => Promise<object>,
): Promise<void> {
  const tell: Tell = (event, data) => {
    if (!res.headersSent) res.writeHead(200, EVENT_STREAM_HEADERS);
    res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    tell('result', await run(tell));
  } catch (error) {
    if (!res.headersSent || res.destroyed) throw error;
    const known = error instanceof AppError ? error : new AppError('internal-error', 'The search failed');
    tell('error', JSON.parse(redactor.redact(JSON.stringify(toProblem(known)))));
  }
  res.end();
}

function add<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}
