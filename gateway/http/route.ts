/** A route is one declaration: the mount, the gate, the rate limits and OpenAPI are made from it. */
import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '#shared/errors.ts';
import type { BodyLimit } from './body-limits.ts';

/** Least role that may use a route, from the weakest. */
export type Access = 'anyone' | 'viewer' | 'admin';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/**
 * Rate limit of a route, beside `api` for all routes and `writes` for all that change something.
 * `pictures`: paced by what they show, so `api` does not count them.
 */
export type Limit = 'pictures' | 'logins' | 'uploads' | 'connects' | 'moondream';

/** A body that a route takes. */
export interface Body {
  type: string;
  /** Named by `id` in its metadata where it is JSON. */
  schema: z.ZodType;
  /** By what they show; each is run as a test. */
  examples?: Record<string, unknown>;
}

/** What a request may hold. */
export interface RequestShape<Path extends string = string> {
  /** By name; each with a description and an example in its metadata. */
  params?: Record<keyof PathParams<Path>, z.ZodType>;
  /** Members with a description. */
  query?: z.ZodObject;
  /** Parameters that an example sends. */
  queryExample?: Record<string, string | number | boolean>;
  /** Request headers, with their meaning. */
  headers?: Record<string, string>;
  bodies?: readonly Body[];
  /** Limit of the body's size; `json` unless given. */
  bodyLimit?: BodyLimit;
}

/** What is answered with one status. */
export interface Answer {
  description: string;
  /** Media type; absent: no body. */
  type?: string;
  /** Absent for bytes. Named by `id` in its metadata where it is JSON. */
  schema?: z.ZodType;
  /** Headers worth knowing, with their meaning. */
  headers?: Record<string, string>;
}

/** Messages of a WebSocket, and how it is served. */
export interface Socket {
  /** What a client may send. */
  client: z.ZodType;
  /** What it is sent. */
  server: z.ZodType;
  /** JSON that a client can send; each is run as a test. */
  examples?: Record<string, unknown>;
  /** The camera whose worker serves the socket; undefined where the path names none. Absent: served here. */
  tunnelTo?: (params: Record<string, string>) => string | undefined;
}

/** One method of one path. */
export interface Route {
  /** `operationId`; generated clients name their functions after it. */
  id: string;
  /** `all`: every method that has no route of its own. */
  method: Method | 'all';
  /** As Express writes it: `/api/cameras/:cameraId`, `/dashboard/*pageFile`. */
  path: string;
  access: Access;
  limit?: Limit;
  summary: string;
  description?: string;
  request: RequestShape;
  answers: Record<number, Answer>;
  /** Codes it can fail with, beside those that any route can. */
  errors: readonly ErrorCode[];
  socket?: Socket;
  /** Left out of OpenAPI: files of pages, and answers to methods that are not possible. */
  isHidden?: boolean;
  /** A page: browsers that are not signed in are sent to `/signin`. */
  isPage?: boolean;
  /** Answers under any host name, as probes need it. */
  anyHost?: boolean;
  /** Answers while the gateway stops. */
  whileStopping?: boolean;
  /** The handler reads the body itself. */
  readsBody?: boolean;
  /** Runs before the body is read. */
  before?: RequestHandler;
  /** Absent for sockets. */
  handle?: RequestHandler;
}

/** Parameters in a path of Express, by name. */
export type PathParams<Path extends string> = string extends Path
  ? Record<string, string>
  : Path extends `${string}:${infer Name}/${infer Rest}`
    ? { [name in Name]: string } & PathParams<Rest>
    : Path extends `${string}:${infer Name}`
      ? { [name in Name]: string }
      : // biome-ignore lint/complexity/noBannedTypes: no parameter
        {};

/** A route as a subject declares it. */
export interface RouteDeclaration<Path extends string>
  extends Omit<Route, 'access' | 'request' | 'answers' | 'errors' | 'path' | 'handle'> {
  path: Path;
  /** `admin` unless given: a new route is closed until it is opened. */
  access?: Access;
  request?: RequestShape<Path>;
  answers?: Record<number, Answer>;
  errors?: readonly ErrorCode[];
  handle?: (req: Request<PathParams<Path>>, res: Response, next: NextFunction) => unknown;
}

/** Routes about one thing: a tag of OpenAPI. */
export interface RouteGroup {
  name: string;
  description: string;
  routes: readonly Route[];
  /** Further named schemas, such as of JSON that is held as text. */
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

/** A JSON answer. @param schema with an `id` in its metadata */
export function json(description: string, schema: z.ZodType, headers?: Record<string, string>): Answer {
  return { description, type: 'application/json', schema, ...(headers === undefined ? {} : { headers }) };
}

/** A JSON body. @param schema with an `id` in its metadata */
export function jsonBody(schema: z.ZodType, examples: Record<string, unknown> = {}): Body[] {
  return [{ type: 'application/json', schema, examples }];
}

/** An answer of bytes or text of a media type. */
export function content(description: string, type: string, headers?: Record<string, string>): Answer {
  return { description, type, ...(headers === undefined ? {} : { headers }) };
}

/** Whether a request brings a video, which may take as long as it moves. */
export function isUpload({ limit }: Pick<Route, 'limit'>, { headers }: IncomingMessage): boolean {
  return limit === 'uploads' && /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}
