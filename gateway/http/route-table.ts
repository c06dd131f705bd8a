/** All routes of the gateway: matching and mounting. The only door to path-to-regexp. */
import type { IncomingMessage } from 'node:http';
import { type RequestHandler, Router } from 'express';
import { match } from 'path-to-regexp';
import { jsonBody, textBody } from './body-parsers.ts';
import { requestPath } from './request-path.ts';
import { RequestTimes } from './request-times.ts';
import { isUpload, type Route, type RouteGroup } from './route.ts';

interface Row {
  route: Route;
  method: string;
  match: (path: string) => false | { params: object };
}

/** A matched route with its parameters. */
export interface FoundRoute {
  route: Route;
  params: Record<string, string>;
}

/** The list behind the mount, the gate, the rate limits and OpenAPI. */
export class RouteTable {
  readonly times = new RequestTimes();
  #groups: readonly RouteGroup[] = [];
  #rows: readonly Row[] = [];
  readonly #found = new WeakMap<IncomingMessage, { found: FoundRoute | undefined }>();

  /** Adds routes; a path without a route is for admins only. */
  add(groups: readonly RouteGroup[]): void {
    this.#groups = [...this.#groups, ...groups];
    this.#rows = this.#groups
      .flatMap(({ routes }) => routes)
      .sort((a, b) => rankOf(a).localeCompare(rankOf(b)))
      .map((route) => ({ route, method: route.method.toUpperCase(), match: matcherOf(route.path) }));
  }

  /** Route groups, in the order in which they were added. */
  get groups(): readonly RouteGroup[] {
    return this.#groups;
  }

  /** Finds the route of a path as Express does. @param path without a query */
  find(method: string, path: string): FoundRoute | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    for (const row of this.#rows) {
      const isMethod = row.method === wanted || row.method === 'ALL';
      const found = isMethod && row.match(path);
      if (found) return { route: row.route, params: { ...found.params } as Record<string, string> };
    }
    // The 405 with its list of methods is for clients that may read the path.
    return method === 'OPTIONS' ? this.find('GET', path) : undefined;
  }

  /** The route of a request. @throws AppError `not-found` for an ambiguous path */
  of(request: IncomingMessage): Route | undefined {
    return this.found(request)?.route;
  }

  /** The route of a request, with its parameters undecoded. @throws AppError `not-found` for an ambiguous path */
  found(request: IncomingMessage): FoundRoute | undefined {
    let known = this.#found.get(request);
    if (known === undefined) {
      known = { found: this.find(request.method ?? 'GET', requestPath(request)) };
      this.#found.set(request, known);
    }
    return known.found;
  }

  /** The id of a request's route; undefined for a path without one, or an ambiguous one. */
  idOf(request: IncomingMessage): string | undefined {
    try {
      return this.of(request)?.id;
    } catch {
      return undefined;
    }
  }

  /** Whether a request uploads a video. */
  isUpload(request: IncomingMessage): boolean {
    try {
      const route = this.of(request);
      return route !== undefined && isUpload(route, request);
    } catch {
      return false;
    }
  }

  /** Creates a router with every route. @param guard runs before each route, but those that respond while stopping */
  router(guard: RequestHandler): Router {
    const router = Router();
    for (const { route } of this.#rows) {
      if (route.handle === undefined) continue;
      router[route.method](
        route.path,
        this.#expectFound(route),
        ...(route.whileStopping === true ? [] : [guard]),
        ...(route.before === undefined ? [] : [route.before]),
        ...bodyParsers(route),
        route.handle,
      );
    }
    return router;
  }

  /** Serves only the route that the gate has checked, should Express match another one. */
  #expectFound(route: Route): RequestHandler {
    return (req, _res, next) => {
      if (this.of(req) !== route) next('route');
      else next();
    };
  }
}

/** Sorts literals before parameters, and parameters before wildcards. */
function rankOf({ path, method }: Route): string {
  const ranks = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '1' : part.startsWith('*') ? '2' : '0'));
  return `${ranks.join('')}${method === 'all' ? '1' : '0'}`;
}

function matcherOf(path: string): Row['match'] {
  return match(path, { decode: false, sensitive: false, trailing: true });
}

function bodyParsers({ request: { bodies = [], bodyLimit }, readsBody }: Route): RequestHandler[] {
  if (bodies.length === 0 || readsBody === true) return [];
  const isJson = bodies.some(({ type }) => type === 'application/json');
  return [isJson ? jsonBody(bodyLimit) : textBody()];
}
