/** A route is one declaration: the mount, the gate, the rate limits and OpenAPI are made from it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '#shared/errors.ts';
import type { BodyLimit } from './body-limits.ts';

/** Least role for a route, weakest first. */
export type Access = 'anyone' | 'viewer' | 'operator' | 'admin';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/**
 * Rate limit of a route, beside `api` for all routes and `writes` for all changes.
 * `pictures`: limited by the frame rate, so `api` does not count them.
 */
export type Limit = 'pictures' | 'logins' | 'uploads' | 'connects' | 'moondream';

/** Request body of a route. */
export interface Body {
  type: string;
  /** JSON schemas are named by `id` in their metadata. */
  schema: z.ZodType;
  /** Examples by title; each is run as a test. */
  examples?: Record<string, unknown>;
}

/** Parts of a request. */
export interface RequestShape<Path extends string = string> {
  /** By name; each with a description and an example in its metadata. */
  params?: Record<keyof PathParams<Path>, z.ZodType>;
  /** Members with a description. */
  query?: z.ZodObject;
  /** Query of an example. */
  queryExample?: Record<string, string | number | boolean>;
  /** Request headers with their meaning. */
  headers?: Record<string, string>;
  bodies?: readonly Body[];
  /** Size limit of the body; default `json`. */
  bodyLimit?: BodyLimit;
}

/** Response for one status. */
export interface Answer {
  description: string;
  /** Media type; absent: no body. */
  type?: string;
  /** Absent for bytes. JSON schemas are named by `id` in their metadata. */
  schema?: z.ZodType;
  /** Documented headers with their meaning. */
  headers?: Record<string, string>;
}

/** Takes an upgrade as it is. @param address of the client; undefined for a local request */
export type TakeUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  address: string | undefined,
) => void;

/** A WebSocket: its messages, and its server. */
export interface Socket {
  /** Messages of the client. */
  client: z.ZodType;
  /** Messages of the server. */
  server: z.ZodType;
  /** Example messages of the client; each is run as a test. */
  examples?: Record<string, unknown>;
  /** What serves it in place of the sockets of clients; it counts its connections itself. */
  take?: TakeUpgrade;
  /** Camera whose worker serves the socket; undefined if the path names none. Absent: served by the gateway. */
  tunnelTo?: (params: Record<string, string>) => string | undefined;
  /** @throws AppError when this client may not open it @param address of the client; undefined for a local request */
  admit?: (
    request: IncomingMessage,
    params: Record<string, string>,
    address: string | undefined,
  ) => Promise<void>;
}

/** One method of one path. */
export interface Route {
  /** `operationId`; names the function of generated clients. */
  id: string;
  /** `all`: every method without a route of its own. */
  method: Method | 'all';
  /** Express syntax: `/api/cameras/:cameraId`, `/dashboard/*pageFile`. */
  path: string;
  access: Access;
  /**
   * For clients that are limited to some cameras. `handled`: the handler keeps them to those, with
   * `gateway/auth/rights.ts`. `none`: the route tells nothing of cameras. Absent: the camera of the path
   * (`:cameraId`) decides, and a route without one is refused to them.
   */
  cameraScope?: 'handled' | 'none';
  limit?: Limit;
  /** A request of another method than GET that `writes` does not count: it changes nothing by itself. */
  changesNothing?: boolean;
  summary: string;
  description?: string;
  request: RequestShape;
  answers: Record<number, Answer>;
  /** Error codes beyond the common ones. */
  errors: readonly ErrorCode[];
  socket?: Socket;
  /** Hidden from OpenAPI: files of pages, and responses to unsupported methods. */
  isHidden?: boolean;
  /** A page: browsers without a session are redirected to `/signin`. */
  isPage?: boolean;
  /** Responds under any host name, for probes. */
  anyHost?: boolean;
  /** Responds while the gateway stops. */
  whileStopping?: boolean;
  /** The handler reads the body itself. */
  readsBody?: boolean;
  /** Runs before the body is read. */
  before?: RequestHandler;
  /** Absent for sockets. */
  handle?: RequestHandler;
}

/** Parameters of an Express path, by name. */
export type PathParams<Path extends string> = string extends Path
  ? Record<string, string>
  : Path extends `${string}:${infer Name}/${infer Rest}`
    ? { [name in Name]: string } & PathParams<Rest>
    : Path extends `${string}:${infer Name}`
      ? { [name in Name]: string }
      : // biome-ignore lint/complexity/noBannedTypes: no parameter
        {};

/** A route as declared. */
export interface RouteDeclaration<Path extends string>
  extends Omit<Route, 'access' | 'request' | 'answers' | 'errors' | 'path' | 'handle'> {
  path: Path;
  /** Default `admin`: a new route is closed until it is opened. */
  access?: Access;
  request?: RequestShape<Path>;
  answers?: Record<number, Answer>;
  errors?: readonly ErrorCode[];
  handle?: (req: Request<PathParams<Path>>, res: Response, next: NextFunction) => unknown;
}

/** Routes of one subject: a tag in OpenAPI. */
export interface RouteGroup {
  name: string;
  description: string;
  routes: readonly Route[];
  /** Further named schemas, such as of JSON inside a string. */
  schemas?: readonly z.ZodType[];
}

/** Declares a route. */
export function route<const Path extends string>(declaration: RouteDeclaration<Path>): Route {
  return {
    answers: {},
    errors: [],
    ...declaration,
    access: declaration.access ?? 'admin',
    request: (declaration.request ?? {}) as RequestShape,
    ...(declaration.handle === undefined ? {} : { handle: declaration.handle as unknown as RequestHandler }),
  } as Route;
}

/** A JSON response. @param schema with an `id` in its metadata */
export function json(description: string, schema: z.ZodType, headers?: Record<string, string>): Answer {
  return { description, type: 'application/json', schema, ...(headers === undefined ? {} : { headers }) };
}

/** A JSON body. @param schema with an `id` in its metadata */
export function jsonBody(schema: z.ZodType, examples: Record<string, unknown> = {}): Body[] {
  return [{ type: 'application/json', schema, examples }];
}

/** A response with bytes or text of a media type. */
export function content(description: string, type: string, headers?: Record<string, string>): Answer {
  return { description, type, ...(headers === undefined ? {} : { headers }) };
}

/** Whether a request uploads a video, which may take as long as it makes progress. */
export function isUpload({ limit }: Pick<Route, 'limit'>, { headers }: IncomingMessage): boolean {
  return limit === 'uploads' && /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}
