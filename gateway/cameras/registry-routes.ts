/** Routes of the registry (docs/contract.md, section 1): cameras that are kept across restarts. */
import type { Request } from 'express';
import { parseFields } from '#shared/camera.ts';
import {
  cameraChangesSchema,
  cameraIdInPath,
  cameraSchema,
  exportQuerySchema,
  exportSchema,
  importedSchema,
  importSchema,
  newCameraSchema,
} from '#shared/contract/camera.ts';
import { AppError } from '#shared/errors.ts';
import { expectCamera, expectRoleForFields } from '../auth/rights.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import { viewCamera } from './camera-view.ts';
import type { CameraRegistry } from './registry.ts';
import { exportCameras, importCameras } from './registry-transfer.ts';

/** What these routes need. */
export interface RegistryRoutesOptions {
  registry: CameraRegistry;
  /** Whether text is this installation's secret key. */
  isSecretKey: (candidate: string) => boolean;
}

/** Re-entered for an export with passwords. */
const KEY_HEADER = 'X-Secret-Key';

const NEW_CAMERAS = {
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
};
const TREES = [
  [0, 0],
  [1, 0],
  [1, 0.2],
  [0, 0.2],
];

/** Writing cameras of the registry, and moving all of them. */
export function registryRoutes(options: RegistryRoutesOptions): Route[] {
  return [...cameraWrites(options), ...transfers(options)];
}

function cameraWrites({ registry }: RegistryRoutesOptions): Route[] {
  return [
    route({
      id: 'createCamera',
      method: 'post',
      path: '/api/cameras',
      summary: 'Keep a camera connected across restarts',
      description:
        'Whether it answers now or not. It needs `url`, `ip` or `video`. Adding a camera ends the demo.',
      request: { bodies: jsonBody(newCameraSchema, NEW_CAMERAS) },
      answers: { 201: json('Stored.', cameraSchema, { Location: 'Where it is.' }) },
      errors: [
        'missing-field',
        'invalid-field',
        'camera-exists',
        'camera-address-denied',
        'camera-stream-not-found',
      ],
      handle: async (req, res) => {
        const camera = await registry.create(req.body);
        res
          .status(201)
          .location(`/api/cameras/${encodeURIComponent(camera.id)}`)
          .json(viewCamera(camera));
      },
    }),
    route({
      id: 'updateCamera',
      method: 'patch',
      path: '/api/cameras/:cameraId',
      access: 'operator',
      summary: 'Change a stored camera',
      description: 'What is not named stays as it is, the password too. Operators may change `enabled` only.',
      request: {
        params: { cameraId: cameraIdInPath },
        bodies: jsonBody(cameraChangesSchema, {
          'Another name': { name: 'Front gate' },
          'Motion, but not of the trees': { analysis: { motion: true, masks: [TREES] } },
        }),
      },
      answers: { 200: json('The camera as it is now.', cameraSchema) },
      errors: ['invalid-field', 'camera-not-found', 'camera-from-file', 'camera-address-denied'],
      handle: async (req, res) => {
        expectRoleForFields(req, req.body, ['enabled']);
        // A camera may show the uploaded video of another.
        if (typeof req.body?.video === 'string') expectCamera(req, req.body.video);
        res.json(viewCamera(await registry.update(req.params.cameraId, req.body)));
      },
    }),
    route({
      id: 'deleteCamera',
      method: 'delete',
      path: '/api/cameras/:cameraId',
      summary: 'Forget a stored camera',
      request: { params: { cameraId: cameraIdInPath } },
      answers: { 204: { description: 'Gone.' } },
      errors: ['camera-not-found', 'camera-from-file'],
      handle: async (req, res) => {
        await registry.remove(req.params.cameraId);
        res.status(204).end();
      },
    }),
  ];
}

function transfers({ registry, isSecretKey }: RegistryRoutesOptions): Route[] {
  return [
    route({
      id: 'exportCameras',
      method: 'get',
      path: '/api/cameras/export',
      summary: 'The registry as JSON',
      request: {
        query: exportQuerySchema,
        queryExample: { passwords: 'false' },
        headers: {
          [KEY_HEADER]: 'The secret key of this installation, for an export with passwords.',
        },
      },
      answers: { 200: json('What an import takes.', exportSchema) },
      errors: ['missing-field', 'wrong-key'],
      handle: async (req, res) => {
        const { passwords } = parseFields(exportQuerySchema, req.query);
        if (passwords === 'true') checkKey(req, isSecretKey);
        res.setHeader('Cache-Control', 'no-store');
        res.setHeader('Content-Disposition', 'attachment; filename="cameras.json"');
        res.json(await exportCameras(registry, passwords === 'true'));
      },
    }),
    route({
      id: 'importCameras',
      method: 'post',
      path: '/api/cameras/import',
      summary: 'Store all cameras of an export, or none',
      description:
        'A camera without a password keeps the stored one while its address and user name are the same. Faults name the camera and its field, as `cameras.3.url`.',
      request: {
        bodies: jsonBody(importSchema, {
          'One camera': { cameras: [{ id: 'gate', name: 'Gate', url: 'rtsp://192.0.2.12/1' }] },
        }),
        bodyLimit: 'import',
      },
      answers: { 200: json('Stored.', importedSchema) },
      errors: ['missing-field', 'invalid-field', 'camera-from-file'],
      handle: async (req, res) => {
        res.json({ success: true, imported: await importCameras(registry, req.body) });
      },
    }),
  ];
}

function checkKey(req: Pick<Request, 'get'>, isSecretKey: (candidate: string) => boolean): void {
  const key = req.get(KEY_HEADER);
  if (key === undefined) {
    throw new AppError(
      'missing-field',
      'Passwords are exported only with the secret key in the header X-Secret-Key',
      { field: KEY_HEADER },
    );
  }
  if (!isSecretKey(key))
    throw new AppError('wrong-key', 'X-Secret-Key is not the secret key of this gateway');
}
