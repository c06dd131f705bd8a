/** All routes of the gateway: finds the one that a request is about, and mounts them. The only door to path-to-regexp. */
import type { IncomingMessage } from 'node:http';
import { type RequestHandler, Router } from 'express';
import { match } from 'path-to-regexp';
import { jsonBody, textBody } from './body-limits.ts';
import { requestPath } from './request-path.ts';
import { isUpload, type Route, type RouteGroup } from './route.ts';

interface Row {
  route: Route;
  method: string;
  match: (path: string) => false | { params: object };
}

/** A route and the parameters that a path has for it. */
export interface FoundRoute {
  route: Route;
  params: Record<string, string>;
}

/** The list that the mount, the gate, the rate limits and OpenAPI share. */
export class RouteTable {
  #groups: readonly RouteGroup[] = [];
  #rows: readonly Row[] = [];
  readonly #found = new WeakMap<IncomingMessage, Route | undefined>();

  /** Adds routes; until then the gate lets admins only through. */
  add(groups: readonly RouteGroup[]): void {
    this.#groups = [...this.#groups, ...groups];
    this.#rows = this.#groups
      .flatMap(({ routes }) => routes)
      .sort((a, b) => rankOf(a).localeCompare(rankOf(b)))
      .map((route) => ({ route, method: route.method.toUpperCase(), match: matcherOf(route.path) }));
  }

  /** By subject, in the order in which they were added. */
  get groups(): readonly RouteGroup[] {
    return this.#groups;
  }

  /** The route that a request to a path is about, chosen as Express does. @param path without a query */
  find(method: string, path: string): FoundRoute | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    for (const row of this.#rows) {
      const isMethod = row.method === wanted || row.method === 'ALL';
      const found = isMethod && row.match(path);
      if (found) return { route: row.route, params: { ...found.params } as Record<string, string> };
    }
    // What a path takes is told to those who may read it.
    return method === 'OPTIONS' ? this.find('GET', path) : undefined;
  }

  /** The route of a request. @throws AppError `not-found` for a path that is not written plainly */
  of(request: IncomingMessage): Route | undefined {
    if (!this.#found.has(request)) {
      this.#found.set(request, this.find(request.method ?? 'GET', requestPath(request))?.route);
    }
    return this.#found.get(request);
  }

  /** Whether a request brings a video. */
  isUpload(request: IncomingMessage): boolean {
    try {
      const route = this.of(request);
      return route !== undefined && isUpload(route, request);
    } catch {
      return false;
    }
  }

  /** A router with every route. @param guard runs before each but those that answer while the gateway stops */
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

  /** The gate judged the route that was found: where Express reads a path differently, nothing is served. */
  #expectFound(route: Route): RequestHandler {
    return (req, _res, next) => {
      if (this.of(req) !== route) next('route');
      else next();
    };
  }
}

/** Sorts words before parameters, and parameters before the rest of a path. */
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
