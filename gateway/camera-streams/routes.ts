/** REST of camera streams (docs/contract.md, section 7). */
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import {
  type CameraStream,
  cameraStreamListSchema,
  cameraStreamSchema,
  type RtspStreamRequest,
  rtspStreamSchema,
  storedStreamSchema,
  type VideoStreamRequest,
  videoFormSchema,
  videoStreamSchema,
} from '#shared/contract/camera-stream.ts';
import { AppError } from '#shared/errors.ts';
import { ofCameras } from '../auth/rights.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { content, json, type Route, route } from '../http/route.ts';
import type { CameraStreamService } from './camera-stream-service.ts';
import { leastFileBytes, receiveForm, type UploadForm } from './upload-form.ts';
import type { UploadStore } from './upload-store.ts';

export interface CameraStreamRoutesOptions {
  service: CameraStreamService;
  uploads: UploadStore;
  /** Simultaneous uploads; more are refused. */
  maxUploads?: number;
}

const MAX_UPLOADS = 2;
const RETRY_AFTER_S = 10;
/** For the description. */
export const RTSP_STREAM_EXAMPLE = {
  cameraId: 'dock',
  cameraDescription: 'The loading dock',
  streamType: 'rtsp',
  rtspUrl: 'rtsp://admin:secret@192.0.2.14/1',
};
const FIELDS = ['cameraId', 'cameraDescription', 'streamType', 'rtspUrl'];

/** Camera streams over REST. */
export function cameraStreamRoutes(options: CameraStreamRoutesOptions): Route[] {
  const { service } = options;
  const one = {
    access: 'viewer',
    request: { params: { cameraId: cameraIdInPath } },
    errors: ['camera-stream-not-found'],
  } as const;
  return [
    addRoute(options),
    route({
      id: 'listCameraStreams',
      method: 'get',
      path: '/api/camera-streams',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'All streams',
      answers: { 200: json('Streams.', cameraStreamListSchema) },
      handle: async (req, res) => {
        res.json(ofCameras(req, await service.list(publicOrigin(req)), ({ cameraId }) => cameraId));
      },
    }),
    route({
      ...one,
      id: 'getCameraStream',
      method: 'get',
      path: '/api/camera-streams/:cameraId',
      summary: 'One stream',
      answers: { 200: json('The stream.', cameraStreamSchema) },
      handle: async (req, res) => {
        res.json(await service.get(req.params.cameraId, publicOrigin(req)));
      },
    }),
    route({
      ...one,
      id: 'deleteCameraStream',
      method: 'delete',
      path: '/api/camera-streams/:cameraId',
      access: 'admin',
      summary: 'Forget a stream and its video',
      answers: { 204: { description: 'Gone.' } },
      errors: [...one.errors, 'upload-store-unavailable'],
      handle: async (req, res) => {
        await service.remove(req.params.cameraId);
        res.status(204).end();
      },
    }),
    route({
      ...one,
      id: 'getCameraStreamVideo',
      method: 'get',
      path: '/api/camera-streams/:cameraId/video',
      summary: 'An uploaded video',
      request: { ...one.request, headers: { Range: 'A part of it (RFC 9110 section 14).' } },
      answers: { 200: content('The whole.', 'video/*'), 206: content('The part.', 'video/*') },
      errors: [
        'camera-stream-not-found',
        'video-removed',
        'range-not-satisfiable',
        'upload-store-unavailable',
      ],
      handle: async (req, res) => {
        await options.uploads.send(await service.videoFile(req.params.cameraId), req, res);
      },
    }),
  ];
}

function addRoute(options: CameraStreamRoutesOptions): Route {
  const { service } = options;
  return route({
    id: 'addCameraStream',
    method: 'post',
    path: '/api/camera-streams',
    limit: 'uploads',
    summary: 'Store a stream: an RTSP address, or a video that is uploaded',
    description: 'Answered as soon as it is stored; the backend is told afterwards.',
    request: {
      bodies: [
        {
          type: 'application/json',
          schema: rtspStreamSchema,
          examples: { 'An RTSP address': RTSP_STREAM_EXAMPLE },
        },
        { type: 'multipart/form-data', schema: videoFormSchema },
      ],
    },
    answers: { 201: json('Stored.', storedStreamSchema, { Location: 'Where it is.' }) },
    errors: [
      'missing-field',
      'invalid-field',
      'camera-stream-exists',
      'not-a-video',
      'upload-incomplete',
      'upload-too-large',
      'upload-too-slow',
      'unsupported-media-type',
      'too-many-requests',
      'storage-full',
      'upload-quota-full',
      'upload-store-unavailable',
    ],
    before: takeUploads(options),
    handle: async (req, res) => {
      if (!req.is('application/json')) throw wrongType();
      sendStored(res, await service.add(parseRtsp(req.body), publicOrigin(req)));
    },
  });
}

/** Handles forms; passes everything else to the next handler. */
function takeUploads({
  service,
  uploads,
  maxUploads = MAX_UPLOADS,
}: CameraStreamRoutesOptions): RequestHandler {
  let underWay = 0;
  return async (req, res, next) => {
    if (!req.is('multipart/form-data')) return next();
    if (underWay >= maxUploads) throw busy();
    underWay += 1;
    try {
      // Refuse before gigabytes arrive.
      await service.expectUploadPossible(leastFileBytes(req));
      const form = await receiveForm(req, { folder: uploads, fieldNames: FIELDS });
      sendStored(res, await storeForm(service, form, req));
    } finally {
      underWay -= 1;
    }
  };
}

async function storeForm(
  service: CameraStreamService,
  { fields, file }: UploadForm,
  req: Request,
): Promise<CameraStream> {
  const origin = publicOrigin(req);
  if (file === undefined && fields.streamType !== 'video') return service.add(parseRtsp(fields), origin);
  if (file === undefined) throw new AppError('missing-field', 'The form contains no file', { field: 'file' });
  let request: VideoStreamRequest;
  try {
    request = parseWith(videoStreamSchema, fields, ['cameraId', 'streamType']);
  } catch (error) {
    await file.staged.discard();
    throw error;
  }
  return service.addVideo(request, file, origin);
}

function parseRtsp(body: unknown): RtspStreamRequest {
  return parseWith(rtspStreamSchema, body, ['cameraId', 'streamType', 'rtspUrl']);
}

/** @throws AppError `missing-field` for required ones, `invalid-field` for the rest */
function parseWith<T>(schema: z.ZodType<T>, body: unknown, required: readonly string[]): T {
  const given = (typeof body === 'object' ? body : null) ?? {};
  const missing = required.filter((name) => [undefined, null, ''].includes(Reflect.get(given, name)));
  if (missing.length === 0) return parseFields(schema, given);
  throw new AppError('missing-field', `Missing required fields: ${missing.join(', ')}`, {
    field: missing[0] as string,
  });
}

function sendStored(res: Response, stream: CameraStream): void {
  const location = `/api/camera-streams/${encodeURIComponent(stream.cameraId)}`;
  res.status(201).setHeader('Location', location);
  res.json({ success: true, ...stream });
}

function wrongType(): AppError {
  return new AppError('unsupported-media-type', 'Send application/json or multipart/form-data');
}

function busy(): AppError {
  return new AppError('too-many-requests', 'Too many simultaneous uploads', { retryAfter: RETRY_AFTER_S });
}
