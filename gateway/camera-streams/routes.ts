/** REST of camera streams (docs/contract.md, section 7). */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import {
  type RtspStreamRequest,
  rtspStreamSchema,
  type VideoStreamRequest,
  videoStreamSchema,
} from '#shared/camera-stream.ts';
import { AppError } from '#shared/errors.ts';
import { jsonBody } from '../http/body-limits.ts';
import { publicOrigin } from '../http/public-origin.ts';
import type { CameraStreamService } from './camera-stream-service.ts';
import type { CameraStream } from './camera-stream-view.ts';
import type { UploadFolder } from './upload-folder.ts';
import { leastFileBytes, receiveForm, type UploadForm } from './upload-form.ts';
import { serveVideo } from './video-download.ts';

export interface CameraStreamRoutesOptions {
  service: CameraStreamService;
  uploads: UploadFolder;
  /** Simultaneous uploads; more are refused. */
  maxUploads?: number;
}

const MAX_UPLOADS = 2;
const RETRY_AFTER_S = 10;
const FIELDS = ['cameraId', 'cameraDescription', 'streamType', 'rtspUrl'];

/** Routes under `/api/camera-streams`. */
export function cameraStreamRoutes(options: CameraStreamRoutesOptions): Router {
  const { service } = options;
  const routes = Router();
  const json = jsonBody();
  routes.post('/', takeUploads(options), json, async (req, res) => {
    if (!req.is('application/json')) throw wrongType();
    sendStored(res, await service.add(parseRtsp(req.body), publicOrigin(req)));
  });
  routes.get('/', async (req, res) => {
    res.json(await service.list(publicOrigin(req)));
  });
  routes.get('/:cameraId', async (req, res) => {
    res.json(await service.get(req.params.cameraId, publicOrigin(req)));
  });
  routes.delete('/:cameraId', async (req, res) => {
    await service.remove(req.params.cameraId);
    res.status(204).end();
  });
  routes.get('/:cameraId/video', async (req, res) => {
    await serveVideo(await service.videoFile(req.params.cameraId), req, res);
  });
  return routes;
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
