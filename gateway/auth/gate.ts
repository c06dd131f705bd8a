/** The gate before every route and every socket: host, origin, login, role. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import { publicPrefix } from '../http/public-origin.ts';
import { requestPath } from '../http/request-path.ts';
import type { FoundRoute, RouteTable } from '../http/route-table.ts';
import type { Authenticator } from './authenticator.ts';
import { isOurHost } from './host-check.ts';
import { REALM } from './keys/key.ts';
import { foreignOrigin, isForged, isUnsourced } from './origin-check.ts';
import { type Principal, setPrincipal } from './principal.ts';
import { isAllowed, maySee, noCamera, tooLow } from './rights.ts';

/** Methods and headers that allowed pages elsewhere may use. */
const CORS_METHODS = 'GET, HEAD, POST, PATCH, DELETE';
const CORS_HEADERS = 'authorization, content-type, if-match, if-none-match';
const CORS_EXPOSED =
  'location, etag, link, retry-after, x-next-cursor, x-frame-timestamp, x-frame-age-ms, x-frame-sequence';
const CORS_MAX_AGE_S = '600';

type Kind = Principal['kind'] | undefined;
/** What a client shows itself: a page that rebinds its name to our address has no such thing. */
const SHOWN: ReadonlySet<Kind> = new Set<Kind>(['token', 'key', 'ticket']);
/** What browsers add, or a proxy for them, whichever page makes the request. */
const ADDED_BY_BROWSERS: ReadonlySet<Kind> = new Set<Kind>(['session', 'proxy']);

/** Lets requests through or refuses them. */
export class Gate {
  readonly #authenticator: Authenticator;
  readonly #routes: RouteTable;

  /** @param routes say who may use them; what they do not name is for admins */
  constructor(authenticator: Authenticator, routes: RouteTable) {
    this.#authenticator = authenticator;
    this.#routes = routes;
  }

  /**
   * Who makes a request that may be made.
   * @throws AppError `not-found`, `wrong-host`, `forged-request`, `unauthorized`, `forbidden`,
   *   `camera-not-found` for a camera that does not exist for the client
   */
  admit(request: IncomingMessage): Principal | undefined {
    const { allowedHosts, allowedOrigins } = this.#authenticator.config;
    const path = requestPath(request);
    if (isForged(request, allowedOrigins)) {
      throw new AppError('forged-request', 'A page of another site must not do this; see ALLOWED_ORIGINS');
    }
    const principal = this.#authenticator.identify(request);
    const isOurs = isOurHost(request.headers.host, allowedHosts) || this.#takesAnyHost(path);
    if (!isOurs && !SHOWN.has(principal?.kind)) {
      throw new AppError('wrong-host', 'This gateway does not answer to that host name; see ALLOWED_HOSTS');
    }
    if (ADDED_BY_BROWSERS.has(principal?.kind) && isUnsourced(request)) {
      throw new AppError(
        'forged-request',
        'A request with a cookie must tell its Origin; programs send a token',
      );
    }
    const found = this.#routes.found(request);
    if (!isAllowed(principal?.role, found?.route.access ?? 'admin')) {
      if (principal === undefined) throw new AppError('unauthorized', 'Sign in, or send a token');
      throw tooLow(principal.role);
    }
    expectInScope(principal, found);
    return principal;
  }

  /** Address of the client; undefined for a local request, which no limit counts. */
  clientOf(request: IncomingMessage): string | undefined {
    return this.#authenticator.clientOf(request);
  }

  /** Calls `listener` when a principal's session or key ends. Returns the unsubscribe function. */
  onEnd(principal: Principal | undefined, listener: () => void): () => void {
    return this.#authenticator.onEnd(principal, listener);
  }

  /** Whether a client may make a request. @param path without a query */
  permits(principal: Principal, method: string, path: string): boolean {
    const found = this.#routes.find(method, path);
    if (!isAllowed(principal.role, found?.route.access ?? 'admin')) return false;
    try {
      expectInScope(principal, found);
      return true;
    } catch {
      return false;
    }
  }

  /** The gate of the Express application. */
  middleware(): RequestHandler {
    return (req, res, next) => {
      this.#allowPages(req, res);
      if (isPreflight(req)) return void res.status(204).end();
      try {
        const principal = this.admit(req);
        setPrincipal(req, principal);
        this.#endWithSignIn(principal, req, res);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unauthorized') throw error;
        if (this.#isPageRequest(req)) return res.redirect(302, signInAddress(req));
        res.setHeader('WWW-Authenticate', challengesFor(req));
        throw error;
      }
      next();
    };
  }

  /** Ends the streams of a session or a key that ends: pictures and events may flow for hours. */
  #endWithSignIn(principal: Principal | undefined, req: IncomingMessage, res: Response): void {
    const end = this.onEnd(principal, () => {
      // Every other answer is short, and may be the one that tells of the end.
      if (req.method === 'GET' || isEventStream(res)) res.destroy();
    });
    res.once('close', end);
  }

  #takesAnyHost(path: string): boolean {
    return this.#routes.find('GET', path)?.route.anyHost === true;
  }

  /** A browser opens a page. */
  #isPageRequest(req: Request): boolean {
    const isPage = req.method === 'GET' && this.#routes.of(req)?.isPage === true;
    return isPage && req.accepts(['json', 'html']) === 'html';
  }

  /** CORS for the origins that were allowed, by name and without credentials of the browser. */
  #allowPages(req: IncomingMessage, res: Response): void {
    res.vary('Origin');
    const origin = foreignOrigin(req);
    if (origin === undefined || !this.#authenticator.config.allowedOrigins.includes(origin)) return;
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Expose-Headers', CORS_EXPOSED);
    if (!isPreflight(req)) return;
    res.setHeader('Access-Control-Allow-Methods', CORS_METHODS);
    res.setHeader('Access-Control-Allow-Headers', CORS_HEADERS);
    res.setHeader('Access-Control-Max-Age', CORS_MAX_AGE_S);
  }
}

/**
 * Keeps a client with some cameras to them. A route without a camera in its path is refused, unless it
 * says that its handler does so, or that it tells nothing of cameras.
 */
function expectInScope(principal: Principal | undefined, found: FoundRoute | undefined): void {
  if (principal?.cameras === undefined || found?.route.access === 'anyone') return;
  if (found?.route.cameraScope !== undefined) return;
  const { cameraId } = found?.params ?? {};
  if (cameraId === undefined) {
    throw new AppError('forbidden', 'This key is limited to some cameras, and this is about all');
  }
  const id = decoded(cameraId);
  if (!maySee(principal, id)) throw noCamera(id);
}

/** As Express decodes it. @throws AppError `not-found` */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AppError('not-found', 'The path is malformed');
  }
}

/** Basic for programs that wait for it (ffmpeg, VLC, wget): a browser would ask for a password in a window of its own. */
function challengesFor({ headers }: IncomingMessage): string[] {
  const isBrowser = headers['sec-fetch-mode'] !== undefined || /^Mozilla\//.test(headers['user-agent'] ?? '');
  const bearer = `Bearer realm="${REALM}"`;
  return isBrowser ? [bearer] : [bearer, `Basic realm="${REALM}", charset="UTF-8"`];
}

function isEventStream(res: Response): boolean {
  return String(res.getHeader('content-type')).startsWith('text/event-stream');
}

/** The page to sign in at, which leads back to the page that was asked for; browsers keep its fragment. */
function signInAddress(req: Request): string {
  const page = req.path.replace(/^\/+|\/+$/g, '');
  return `${publicPrefix(req)}/signin${page === '' ? '' : `?next=${encodeURIComponent(page)}`}`;
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}
