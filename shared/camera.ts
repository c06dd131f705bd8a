/** What a camera is called and how it is reached, as clients write it and as workers use it. */
import { z } from 'zod';
import { AppError } from './errors.ts';

/** Words that are routes under `/api/cameras` and so cannot be camera ids. */
export const RESERVED_CAMERA_IDS = ['connect', 'disconnect', 'status', 'websocket-url', 'export', 'import'];

/** A camera id: 1 to 64 letters, digits, `.`, `_`, `-`, not starting with a dot. */
export const cameraIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((id) => !RESERVED_CAMERA_IDS.includes(id), 'is a reserved word')
  .refine((id) => !['__proto__', 'constructor', 'prototype'].includes(id), 'is a reserved word');

/** How RTP travels: inside the RTSP connection (RFC 2326 section 10.12) or as UDP datagrams. */
export const transportSchema = z.enum(['tcp', 'udp']);
export type Transport = z.infer<typeof transportSchema>;

/** Where a camera is, with its credentials apart from the address so that they need no escaping. */
export interface CameraSource {
  secure: boolean;
  host: string;
  port: number;
  /** Path and query as sent to the camera, starting with `/`. */
  path: string;
  username: string;
  password: string;
  transport: Transport;
}

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

/** A connect request after validation. */
export interface ConnectRequest {
  cameraId: string;
  name: string | undefined;
  location: string | undefined;
  source: CameraSource;
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

type ConnectFields = z.infer<typeof connectRequestSchema>;

function sourceFromFields(fields: ConnectFields): CameraSource {
  const host = (fields.ip ?? '').replace(/^\[(.*)\]$/, '$1');
  if (!isHost(host))
    throw new AppError('invalid-field', 'ip must be an IP address or host name', { field: 'ip' });
  const path = fields.streamPath.startsWith('/') ? fields.streamPath : `/${fields.streamPath}`;
  checkPath(path, 'streamPath');
  return {
    secure: false,
    host,
    port: fields.port,
    path,
    username: fields.username,
    password: fields.password,
    transport: fields.transport,
  };
}

const ADDRESS = String.raw`(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?([/?].*)?$`;
const URL_WITHOUT_USER = new RegExp(`^(rtsps?)://()${ADDRESS}`, 'is');
const URL_WITH_USER = new RegExp(`^(rtsps?)://(.*)@${ADDRESS}`, 'is');
const RTSP_PORT = 554;
/** RFC 7826 section 22.14.3 registers 322 for rtsps. */
const RTSPS_PORT = 322;

/**
 * Reads an RTSP URL. User information may hold any character, escaped or not
 * (`rtsp://admin:p@ss:w/rd#1@10.0.0.9/1` works): it ends at the last `@` that
 * still leaves a valid host behind it, unless there is a valid host already in front.
 * @throws AppError `invalid-field` naming `url`
 */
export function sourceFromUrl(url: string, transport: Transport = 'tcp'): CameraSource {
  const text = url.trim();
  const match = URL_WITHOUT_USER.exec(text) ?? URL_WITH_USER.exec(text);
  const port = match?.[4] === undefined ? undefined : Number(match[4]);
  if (match === null || !isHost(match[3] ?? '') || port === 0 || (port ?? 0) > 65535) {
    throw new AppError('invalid-field', 'url must be an rtsp:// or rtsps:// URL with a host', {
      field: 'url',
    });
  }
  const secure = match[1]?.toLowerCase() === 'rtsps';
  const [username, password] = splitUserInfo(match[2] ?? '');
  const rest = match[5] ?? '/';
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  checkPath(path, 'url');
  return {
    secure,
    host: (match[3] ?? '').replace(/^\[(.*)\]$/, '$1'),
    port: port ?? (secure ? RTSPS_PORT : RTSP_PORT),
    path,
    username,
    password,
    transport,
  };
}

function splitUserInfo(info: string): [string, string] {
  const colon = info.indexOf(':');
  const user = colon < 0 ? info : info.slice(0, colon);
  const password = colon < 0 ? '' : info.slice(colon + 1);
  return [decodePercent(user), decodePercent(password)];
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function checkPath(path: string, field: string): void {
  // Control characters would let a request line be split into two (header injection).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(path)) {
    throw new AppError('invalid-field', `${field} must not hold spaces or control characters`, { field });
  }
}

function isHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})$/.test(bare) || /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(bare);
}

/** The address of a source without credentials: safe in every log and answer. */
export function publicUrl(source: CameraSource): string {
  return `${source.secure ? 'rtsps' : 'rtsp'}://${formatHost(source.host)}:${source.port}${source.path}`;
}

/** The address as shown to clients: the user name's presence is visible, the password is not. */
export function maskedUrl(source: CameraSource): string {
  if (source.username === '' && source.password === '') return publicUrl(source);
  return publicUrl(source).replace('://', `://${encodeURIComponent(source.username)}:***@`);
}

/** Whether two sources are the same stream with the same credentials. */
export function isSameSource(a: CameraSource, b: CameraSource): boolean {
  return (Object.keys(a) as (keyof CameraSource)[]).every((key) => a[key] === b[key]);
}

function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The wire form of {@link CameraSource}, between gateway and worker. */
export const cameraSourceSchema = z.object({
  secure: z.boolean(),
  host: z.string(),
  port: z.number(),
  path: z.string(),
  username: z.string(),
  password: z.string(),
  transport: transportSchema,
});

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
