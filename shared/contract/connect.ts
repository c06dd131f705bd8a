/** Connecting a camera for one run of the gateway, or of a worker that runs alone. */
import { z } from 'zod';
import { parseFields } from '../camera.ts';
import {
  type AddressedSource,
  type MainSource,
  sourceFromUrl,
  USUAL_CAMERA,
  withTransport,
} from '../camera-source.ts';
import { AppError } from '../errors.ts';
import { furtherSources, furtherUrlFields } from '../further-sources.ts';
import type { Labels } from '../worker-labels.ts';
import { cameraPlaceSchema } from './agents.ts';
import { anyCameraIdSchema } from './camera.ts';
import { labelsSchema } from './labels.ts';
import { ptzSettingsSchema } from './ptz.ts';
import { checkPath, hostFromIp } from './source/address.ts';
import { transportSchema } from './source/rtsp.ts';

/** Body of `POST /api/cameras/connect`, both of its forms. */
export const connectRequestSchema = z
  .object({
    cameraId: anyCameraIdSchema.meta({
      description: '1 to 64 letters, digits, `.`, `_` or `-`; one that is connected is replaced.',
    }),
    url: z.string().max(2048).optional().meta({
      description:
        '`rtsp://`, `rtsps://`, `http://` or `https://` (MJPEG or still pictures), with credentials or without; in place of `ip`, `port` and `streamPath`.',
    }),
    ...furtherUrlFields,
    ip: z.string().min(1).max(253).optional().meta({ description: 'Address or host name.' }),
    username: z.string().max(256).default(USUAL_CAMERA.username),
    password: z.string().max(256).default(USUAL_CAMERA.password),
    streamPath: z
      .string()
      .max(1024)
      .default(USUAL_CAMERA.path)
      .meta({ description: 'As in the manual of the camera.' }),
    port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65535)
      .default(USUAL_CAMERA.port)
      .meta({ description: 'RTSP port.' }),
    transport: transportSchema
      .optional()
      .meta({ description: 'RTSP only, `tcp` unless given: inside the RTSP connection or as datagrams.' }),
    ptz: ptzSettingsSchema.optional().meta({ description: 'Controls of the camera.' }),
    agent: cameraPlaceSchema.optional(),
    labels: labelsSchema.optional(),
    name: z.string().max(200).optional(),
    location: z.string().max(200).optional(),
  })
  .strict()
  .meta({ id: 'ConnectRequest' });

/** Body of `POST /api/cameras/disconnect`. */
export const disconnectRequestSchema = z
  .object({ cameraId: anyCameraIdSchema })
  .meta({ id: 'DisconnectRequest' });

/** Answer of `POST /api/cameras/connect`. */
export const connectAnswerSchema = z
  .object({ success: z.literal(true), cameraId: z.string(), message: z.string() })
  .meta({ id: 'ConnectAnswer' });

/** Answer of `POST /api/cameras/disconnect`. */
export const disconnectAnswerSchema = z
  .object({ success: z.literal(true), message: z.string() })
  .meta({ id: 'DisconnectAnswer' });

/** A connect request after validation. */
export interface ConnectRequest {
  cameraId: string;
  name: string | undefined;
  location: string | undefined;
  /** Name of the agent that reaches it; undefined: the gateway itself. */
  agent?: string | undefined;
  /** Undefined: as before, else any worker. */
  labels?: Labels | undefined;
  source: MainSource;
}

/**
 * Validates a connect body.
 * @throws AppError `missing-field` or `invalid-field`, naming the field
 */
export function parseConnectRequest(body: unknown): ConnectRequest {
  const given = isRecord(body) ? body : {};
  const missing = ['cameraId', ...('url' in given ? [] : ['ip'])].filter((field) => isAbsent(given[field]));
  if (missing.length > 0) {
    throw new AppError('missing-field', `Missing required fields: ${missing.join(', ')}`, {
      field: missing[0] as string,
    });
  }
  const request = parseFields(connectRequestSchema, given);
  const source =
    request.url === undefined ? sourceFromFields(request) : sourceFromUrl(request.url, request.transport);
  const { cameraId, name, location, agent, labels, ptz, subUrl, stillUrl } = request;
  const further = furtherSources({ subUrl, stillUrl });
  return { cameraId, name, location, agent, labels, source: { ...source, ...(ptz && { ptz }), ...further } };
}

/**
 * Validates a disconnect body.
 * @returns the camera's id
 * @throws AppError `missing-field` or `invalid-field`, naming the field
 */
export function parseDisconnectRequest(body: unknown): string {
  const { cameraId } = isRecord(body) ? body : {};
  if (isAbsent(cameraId)) throw new AppError('missing-field', 'Missing cameraId', { field: 'cameraId' });
  return parseFields(disconnectRequestSchema, { cameraId }).cameraId;
}

type ConnectFields = z.infer<typeof connectRequestSchema>;

function sourceFromFields(fields: ConnectFields): AddressedSource {
  const host = hostFromIp(fields.ip ?? '');
  const path = fields.streamPath.startsWith('/') ? fields.streamPath : `/${fields.streamPath}`;
  checkPath(path, 'streamPath');
  const { port, username, password, transport } = fields;
  return withTransport({ ...USUAL_CAMERA, secure: false, host, port, path, username, password }, transport);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
