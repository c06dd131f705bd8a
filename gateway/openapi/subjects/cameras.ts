/** Cameras: the registry, and connecting by hand. */
import { z } from 'zod';
import { cameraIdSchema, connectRequestSchema } from '#shared/camera.ts';
import { cameraPageSchema } from '../../cameras/camera-page.ts';
import { cameraChangesSchema, newCameraSchema } from '../../cameras/registry-input.ts';
import { exportQuerySchema } from '../../cameras/registry-routes.ts';
import { importSchema } from '../../cameras/registry-transfer.ts';
import { json, jsonBody, type Operation, type Subject } from '../operation.ts';
import {
  CHANGE_MEANINGS,
  CONNECT_MEANINGS,
  CREATION_MEANINGS,
  cameraSchema,
  testResultSchema,
} from './camera-schemas.ts';
import { rtspServiceSchema } from './worker-schemas.ts';

const CONNECT_ERRORS = [
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
  'worker-not-ready',
] as const;

const connecting: Operation[] = [
  {
    id: 'connectCamera',
    method: 'post',
    path: '/api/cameras/connect',
    summary: 'Connect a camera for this run of the gateway',
    description:
      'Answered once the first frame is there. Connecting an id again replaces its stream. A failure comes within 10 s and leaves nothing behind. `POST /api/cameras` keeps a camera across restarts.',
    bodies: jsonBody(connectRequestSchema, CONNECT_MEANINGS, {
      'By its parts': {
        cameraId: '1',
        ip: '192.0.2.10',
        username: 'admin',
        password: 'secret',
        streamPath: '/1',
      },
      'By its address': { cameraId: '2', url: 'rtsp://admin:secret@192.0.2.11:554/stream1', name: 'Yard' },
    }),
    answers: {
      200: json(
        'Connected.',
        z.object({ success: z.literal(true), cameraId: z.string(), message: z.string() }),
      ),
    },
    errors: [...CONNECT_ERRORS, 'camera-exists', 'camera-replaced'],
  },
  {
    id: 'disconnectCamera',
    method: 'post',
    path: '/api/cameras/disconnect',
    summary: 'Disconnect a camera',
    description: 'An unknown id is a success too.',
    bodies: jsonBody(z.object({ cameraId: cameraIdSchema }), {}, { 'One camera': { cameraId: '1' } }),
    answers: {
      200: json('It is not connected.', z.object({ success: z.literal(true), message: z.string() })),
    },
    errors: ['missing-field', 'invalid-field'],
  },
  {
    id: 'testCamera',
    method: 'post',
    path: '/api/cameras/test',
    summary: 'Try whether a camera answers, before it is stored',
    description:
      'Takes the body of `POST /api/cameras`; with the `id` of a stored camera, the changes of a `PATCH`, so that its password need not be given again. Nothing is kept, nothing is disturbed.',
    bodies: jsonBody(newCameraSchema, CREATION_MEANINGS, {
      'By its address': { url: 'rtsp://admin:secret@192.0.2.10/1' },
    }),
    answers: { 200: json('Its first picture came.', testResultSchema) },
    errors: CONNECT_ERRORS,
  },
];

const registry: Operation[] = [
  {
    id: 'listCameras',
    method: 'get',
    path: '/api/cameras',
    summary: 'All cameras, in order of their ids',
    query: {
      schema: cameraPageSchema,
      meanings: { limit: 'Most cameras in the answer.', cursor: 'From `X-Next-Cursor` of the page before.' },
      example: { limit: 100 },
    },
    answers: {
      200: json('Cameras.', z.array(cameraSchema), {
        'X-Next-Cursor': 'The `cursor` of the next page; absent on the last one.',
      }),
    },
    errors: ['invalid-field'],
  },
  {
    id: 'createCamera',
    method: 'post',
    path: '/api/cameras',
    summary: 'Keep a camera connected for ever',
    description:
      'Across restarts, whether it answers now or not. It needs `url`, `ip` or `video`. Adding a camera ends the demo.',
    bodies: jsonBody(newCameraSchema, CREATION_MEANINGS, {
      'By its address': {
        id: 'gate',
        name: 'Gate',
        location: 'North',
        url: 'rtsp://admin:secret@192.0.2.12/1',
      },
      'With analysis': {
        id: 'porch',
        ip: '192.0.2.13',
        username: 'admin',
        password: 'secret',
        analysis: { motion: true, persons: true, faces: false, sensitivity: 60 },
      },
    }),
    answers: { 201: json('Stored.', cameraSchema, { Location: 'Where it is.' }) },
    errors: [
      'missing-field',
      'invalid-field',
      'camera-exists',
      'camera-address-denied',
      'camera-stream-not-found',
    ],
  },
  {
    id: 'getCamera',
    method: 'get',
    path: '/api/cameras/{cameraId}',
    summary: 'One camera',
    answers: { 200: json('The camera.', cameraSchema) },
    errors: ['camera-not-found'],
  },
  {
    id: 'updateCamera',
    method: 'patch',
    path: '/api/cameras/{cameraId}',
    summary: 'Change a stored camera',
    description: 'What is not named stays as it is, the password too.',
    bodies: jsonBody(cameraChangesSchema, CHANGE_MEANINGS, {
      'Another name': { name: 'Front gate' },
      'Motion, but not of the trees': {
        analysis: {
          motion: true,
          masks: [
            [
              [0, 0],
              [1, 0],
              [1, 0.2],
              [0, 0.2],
            ],
          ],
        },
      },
    }),
    answers: { 200: json('The camera as it is now.', cameraSchema) },
    errors: ['invalid-field', 'camera-not-found', 'camera-from-file', 'camera-address-denied'],
  },
  {
    id: 'deleteCamera',
    method: 'delete',
    path: '/api/cameras/{cameraId}',
    summary: 'Forget a stored camera',
    answers: { 204: { description: 'Gone.' } },
    errors: ['camera-not-found', 'camera-from-file'],
  },
];

const entrySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  enabled: z.boolean(),
});

const others: Operation[] = [
  {
    id: 'exportCameras',
    method: 'get',
    path: '/api/cameras/export',
    summary: 'The registry as JSON',
    query: {
      schema: exportQuerySchema,
      meanings: { passwords: 'With passwords; the secret key must be given again for that.' },
      example: { passwords: 'false' },
    },
    headers: { 'X-Secret-Key': 'The secret key of this installation, for an export with passwords.' },
    answers: {
      200: json(
        'What an import takes.',
        z.object({ version: z.literal(1), exportedAt: z.iso.datetime(), cameras: z.array(entrySchema) }),
      ),
    },
    errors: ['missing-field', 'wrong-key'],
  },
  {
    id: 'importCameras',
    method: 'post',
    path: '/api/cameras/import',
    summary: 'Store all cameras of an export, or none',
    description:
      'A camera without a password keeps the stored one, as long as its address and user name are the same. Faults name the camera and its field, as `cameras.3.url`.',
    bodies: jsonBody(
      importSchema,
      {
        cameras: 'Each as in the body of `POST /api/cameras`, with an `id`.',
        replace: 'Cameras that are not named are removed.',
      },
      { 'One camera': { cameras: [{ id: 'gate', name: 'Gate', url: 'rtsp://192.0.2.12/1' }] } },
    ),
    answers: {
      200: json('Stored.', z.object({ success: z.literal(true), imported: z.int() })),
    },
    errors: ['missing-field', 'invalid-field', 'camera-from-file'],
  },
  {
    id: 'getWorkers',
    method: 'get',
    path: '/api/cameras/status',
    summary: 'The processes that run cameras',
    answers: { 200: json('As one service.', rtspServiceSchema) },
  },
  {
    id: 'getWebsocketUrl',
    method: 'get',
    path: '/api/cameras/websocket-url',
    summary: 'Where this very client reaches `/ws`',
    answers: { 200: json('An absolute `ws` or `wss` address.', z.object({ url: z.string() })) },
  },
];

export const CAMERAS: Subject = {
  name: 'Cameras',
  description: 'Which cameras there are. Those in the registry are kept connected for ever.',
  operations: [...connecting, ...registry, ...others],
};
