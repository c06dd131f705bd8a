/** The gate before every route and every socket: host, origin, login, role. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import { publicPrefix } from '../http/public-origin.ts';
import { requestPath } from '../http/request-path.ts';
import type { Access } from '../http/route.ts';
import type { RouteTable } from '../http/route-table.ts';
import type { Authenticator } from './authenticator.ts';
import { isOurHost } from './host-check.ts';
import { foreignOrigin, isForged, isUnsourced } from './origin-check.ts';
import { type Principal, type Role, setPrincipal } from './principal.ts';

/** Methods and headers that allowed pages elsewhere may use. */
const CORS_METHODS = 'GET, HEAD, POST, PATCH, DELETE';
const CORS_HEADERS = 'authorization, content-type, if-match, if-none-match';
const CORS_EXPOSED =
  'location, etag, link, retry-after, x-next-cursor, x-frame-timestamp, x-frame-age-ms, x-frame-sequence';
const CORS_MAX_AGE_S = '600';

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
   * @throws AppError `not-found`, `wrong-host`, `forged-request`, `unauthorized`, `forbidden`
   */
  admit(request: IncomingMessage): Principal | undefined {
    const { allowedHosts, allowedOrigins } = this.#authenticator.config;
    const path = requestPath(request);
    if (!isOurHost(request.headers.host, allowedHosts) && !this.#takesAnyHost(path)) {
      throw new AppError('wrong-host', 'This gateway does not answer to that host name; see ALLOWED_HOSTS');
    }
    if (isForged(request, allowedOrigins)) {
      throw new AppError('forged-request', 'A page of another site must not do this; see ALLOWED_ORIGINS');
    }
    const principal = this.#authenticator.identify(request);
    if (principal?.kind === 'session' && isUnsourced(request)) {
      throw new AppError(
        'forged-request',
        'A request with a cookie must tell its Origin; programs send a token',
      );
    }
    if (isAllowed(principal?.role, this.#routes.of(request)?.access)) return principal;
    if (principal === undefined) throw new AppError('unauthorized', 'Sign in, or send a token');
    throw new AppError('forbidden', 'This token may only look');
  }

  /** Address of the client; undefined for a local request, which no limit counts. */
  clientOf(request: IncomingMessage): string | undefined {
    return this.#authenticator.clientOf(request);
  }

  /** Calls `listener` when a session ends. Returns the unsubscribe function. */
  onSessionEnd(listener: (sessionId: string) => void): () => void {
    return this.#authenticator.sessions.onRevoke(listener);
  }

  /** Whether a role may make a request. @param path without a query */
  permits(role: Role, method: string, path: string): boolean {
    return isAllowed(role, this.#routes.find(method, path)?.route.access);
  }

  /** The gate of the Express application. */
  middleware(): RequestHandler {
    return (req, res, next) => {
      this.#allowPages(req, res);
      if (isPreflight(req)) return void res.status(204).end();
      try {
        const principal = this.admit(req);
        setPrincipal(req, principal);
        this.#endWithSession(principal?.sessionId, req, res);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unauthorized') throw error;
        if (this.#isPageRequest(req)) return res.redirect(302, `${publicPrefix(req)}/signin`);
        res.setHeader('WWW-Authenticate', 'Bearer realm="visual-reasoning-gateway"');
        throw error;
      }
      next();
    };
  }

  /** Ends the streams of a signed-out session: pictures and events may flow for hours. */
  #endWithSession(sessionId: string | undefined, req: IncomingMessage, res: Response): void {
    if (sessionId === undefined || req.method !== 'GET') return;
    const end = this.onSessionEnd((ended) => {
      if (ended === sessionId) res.destroy();
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

const RANKS: Record<Access, number> = { anyone: 0, viewer: 1, admin: 2 };

/** @param role undefined for a stranger @param access undefined for a path without a route */
function isAllowed(role: Role | undefined, access: Access = 'admin'): boolean {
  return (role === undefined ? RANKS.anyone : RANKS[role]) >= RANKS[access];
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}
