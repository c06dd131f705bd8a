/** The camera routes that the gateway answers itself (docs/contract.md, section 1). */
import {
  cameraIdInPath,
  cameraListSchema,
  cameraPageSchema,
  cameraSchema,
  websocketUrlSchema,
} from '#shared/contract/camera.ts';
import {
  connectAnswerSchema,
  connectRequestSchema,
  disconnectAnswerSchema,
  disconnectRequestSchema,
  parseConnectRequest,
  parseDisconnectRequest,
} from '#shared/contract/connect.ts';
import { type RtspService, rtspServiceSchema } from '#shared/contract/health.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { ofCameras } from '../auth/rights.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import type { CameraDirectory } from './camera-directory.ts';
import { pageOf } from './camera-page.ts';
import { viewCamera } from './camera-view.ts';
import type { Connector } from './connector.ts';

/** What these routes need. */
export interface CameraRoutesOptions {
  directory: CameraDirectory;
  connector: Pick<Connector, 'connect' | 'disconnect'>;
  /** Resolves once the registry has been read. @throws AppError `storage-unavailable` */
  expectLoaded: () => Promise<void>;
  /** What `GET /api/cameras/status` tells of the RTSP workers. */
  rtspStatus: () => RtspService;
}

/** Codes with which connecting to a camera can fail. */
export const CONNECT_ERRORS: readonly ErrorCode[] = [
  'missing-field',
  'invalid-field',
  'camera-address-denied',
  'camera-unauthorized',
  'camera-unreachable',
  'camera-refused',
  'camera-timeout',
  'camera-path-not-found',
  'camera-no-video-track',
  'camera-unsupported-codec',
  'camera-no-frames',
  'camera-protocol-error',
  'agent-offline',
  'no-worker-with-labels',
  'worker-not-ready',
];

/** Listing cameras, connecting by hand, and what the processes that run them do. */
export function cameraRoutes(options: CameraRoutesOptions): Route[] {
  return [...lists(options), ...connections(options), ...service(options)];
}

function lists({ directory, expectLoaded }: CameraRoutesOptions): Route[] {
  return [
    route({
      id: 'listCameras',
      method: 'get',
      path: '/api/cameras',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'All cameras, in order of their ids',
      request: { query: cameraPageSchema, queryExample: { limit: 100 } },
      answers: {
        200: json('Cameras.', cameraListSchema, {
          'X-Next-Cursor': 'The `cursor` of the next page; absent on the last one.',
        }),
      },
      errors: ['invalid-field'],
      handle: async (req, res) => {
        await expectLoaded();
        const { cameras, next } = pageOf(
          ofCameras(req, directory.list(), ({ id }) => id),
          req.query,
        );
        if (next !== undefined) res.setHeader('X-Next-Cursor', next);
        res.json(cameras.map(viewCamera));
      },
    }),
    route({
      id: 'getCamera',
      method: 'get',
      path: '/api/cameras/:cameraId',
      access: 'viewer',
      summary: 'One camera',
      request: { params: { cameraId: cameraIdInPath } },
      answers: { 200: json('The camera.', cameraSchema) },
      errors: ['camera-not-found'],
      handle: async (req, res) => {
        await expectLoaded();
        res.json(viewCamera(directory.get(req.params.cameraId)));
      },
    }),
  ];
}

function connections({ connector }: CameraRoutesOptions): Route[] {
  return [
    route({
      id: 'connectCamera',
      method: 'post',
      path: '/api/cameras/connect',
      limit: 'connects',
      summary: 'Connect a camera for this run of the gateway',
      description:
        'Answered once the first frame is there. Connecting an id again replaces its stream. A failure comes within 10 s and leaves nothing behind. `POST /api/cameras` keeps a camera across restarts.',
      request: {
        bodies: jsonBody(connectRequestSchema, {
          'By its parts': {
            cameraId: '1',
            ip: '192.0.2.10',
            username: 'admin',
            password: 'secret',
            streamPath: '/1',
          },
          'By its address': {
            cameraId: '2',
            url: 'rtsp://admin:secret@192.0.2.11:554/stream1',
            name: 'Yard',
          },
        }),
      },
      answers: { 200: json('Connected.', connectAnswerSchema) },
      errors: [...CONNECT_ERRORS, 'camera-exists', 'camera-replaced'],
      handle: async (req, res) => {
        const request = parseConnectRequest(req.body);
        await connector.connect(request);
        res.json({ success: true, cameraId: request.cameraId, message: 'Camera connected successfully' });
      },
    }),
    route({
      id: 'disconnectCamera',
      method: 'post',
      path: '/api/cameras/disconnect',
      summary: 'Disconnect a camera',
      description: 'An unknown id is a success too.',
      request: { bodies: jsonBody(disconnectRequestSchema, { 'One camera': { cameraId: '1' } }) },
      answers: { 200: json('It is not connected.', disconnectAnswerSchema) },
      errors: ['missing-field', 'invalid-field'],
      handle: async (req, res) => {
        await connector.disconnect(parseDisconnectRequest(req.body));
        res.json({ success: true, message: 'Camera disconnected' });
      },
    }),
  ];
}

function service({ rtspStatus }: CameraRoutesOptions): Route[] {
  return [
    route({
      id: 'getWorkers',
      method: 'get',
      path: '/api/cameras/status',
      access: 'viewer',
      cameraScope: 'none',
      summary: 'The processes that run cameras',
      answers: { 200: json('As one service.', rtspServiceSchema) },
      handle: (_req, res) => {
        res.setHeader('Cache-Control', 'no-store');
        res.json(rtspStatus());
      },
    }),
    route({
      id: 'getWebsocketUrl',
      method: 'get',
      path: '/api/cameras/websocket-url',
      access: 'viewer',
      cameraScope: 'none',
      summary: 'Where this very client reaches `/ws`',
      answers: { 200: json('An absolute `ws` or `wss` address.', websocketUrlSchema) },
      handle: (req, res) => {
        res.json({ url: `${publicOrigin(req).replace(/^http/, 'ws')}/ws` });
      },
    }),
  ];
}
