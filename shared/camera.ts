/** What a camera is called and how it is reached, as clients write it and as workers use it. */
import { z } from 'zod';
import { checkPath, isHost, type RtspSource, sourceFromUrl, transportSchema } from './camera-source.ts';
import { AppError } from './errors.ts';

/** Words that are routes under `/api/cameras` and so cannot be camera ids. */
export const RESERVED_CAMERA_IDS = [
  'connect',
  'disconnect',
  'status',
  'websocket-url',
  'export',
  'import',
  'test',
];

/** A camera id: 1 to 64 letters, digits, `.`, `_`, `-`, not starting with a dot. */
export const cameraIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((id) => !RESERVED_CAMERA_IDS.includes(id), 'is a reserved word')
  .refine((id) => !['__proto__', 'constructor', 'prototype'].includes(id), 'is a reserved word');

/** The body of `POST /api/cameras/connect`, both of its forms. */
export const connectRequestSchema = z
  .object({
    cameraId: z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]),
    url: z.string().max(2048).optional(),
    ip: z.string().min(1).max(253).optional(),
    username: z.string().max(256).default('admin'),
    password: z.string().max(256).default('admin'),
    streamPath: z.string().max(1024).default('/1'),
    port: z.coerce.number().int().min(1).max(65535).default(554),
    transport: transportSchema.default('tcp'),
    name: z.string().max(200).optional(),
    location: z.string().max(200).optional(),
  })
  .strict();

/** The body of `POST /api/cameras/disconnect`. */
export const disconnectRequestSchema = z.object({
  cameraId: z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]),
});

/** A connect request after validation. */
export interface ConnectRequest {
  cameraId: string;
  name: string | undefined;
  location: string | undefined;
  source: RtspSource;
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
  return { cameraId: request.cameraId, name: request.name, location: request.location, source };
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

const namedSchema = z.object({ cameraId: cameraIdSchema });

/**
 * Validates a camera id that came in an address or alone in a body.
 * @throws AppError `invalid-field`, naming `cameraId`
 */
export function parseCameraId(cameraId: unknown): string {
  return parseFields(namedSchema, { cameraId }).cameraId;
}

type ConnectFields = z.infer<typeof connectRequestSchema>;

function sourceFromFields(fields: ConnectFields): RtspSource {
  const host = (fields.ip ?? '').replace(/^\[(.*)\]$/, '$1');
  if (!isHost(host))
    throw new AppError('invalid-field', 'ip must be an IP address or host name', { field: 'ip' });
  const path = fields.streamPath.startsWith('/') ? fields.streamPath : `/${fields.streamPath}`;
  checkPath(path, 'streamPath');
  return {
    kind: 'rtsp',
    secure: false,
    host,
    port: fields.port,
    path,
    username: fields.username,
    password: fields.password,
    transport: fields.transport,
  };
}

/**
 * Parses with a schema and throws our error, naming the first field at fault.
 * @throws AppError `invalid-field`
 */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = unknownKey ?? (issue?.path.map(String).join('.') || 'body');
  throw new AppError('invalid-field', `${field}: ${issue?.message ?? 'is invalid'}`, { field });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
