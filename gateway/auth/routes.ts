/** Signing in and out, tickets, and the page to sign in at. */
import { readFileSync } from 'node:fs';
import express, { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { PUBLIC_FRAMES } from '../dashboard/page-routes.ts';
import { publicOrigin, publicPrefix } from '../http/public-origin.ts';
import { type Authenticator, PLAIN_COOKIE, SECURE_COOKIE } from './authenticator.ts';
import { isPermitted } from './permissions.ts';
import { principalOf } from './principal.ts';

export const loginSchema = z.object({ token: z.string().min(1).max(512) }).strict();
export const ticketRequestSchema = z.object({ path: z.string().min(1).max(512).startsWith('/') }).strict();

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";
const COOKIE_MAX_AGE_MS = 7 * 24 * 3600 * 1000;

/** Routes under `/api/auth`, `/api/tickets` and `/signin`. */
export function authRoutes(authenticator: Authenticator): Router {
  const routes = Router();
  const json = express.json({ limit: '4kb' });

  routes.get('/api/auth', (req, res) => {
    const principal = principalOf(req);
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      signedIn: principal !== undefined,
      role: principal?.role ?? null,
      kind: principal?.kind ?? null,
    });
  });
  routes.post('/api/auth/login', json, (req, res) => {
    const { token } = parseFields(loginSchema, req.body ?? {});
    const role = authenticator.tokens.roleOf(token);
    if (role === undefined) throw new AppError('unauthorized', 'The token is not valid', { field: 'token' });
    setCookie(authenticator, req, res, authenticator.sessions.begin(role));
    res.json({ success: true, role });
  });
  routes.post('/api/auth/logout', (req, res) => {
    const session = authenticator.sessionOf(req);
    if (session !== undefined) authenticator.sessions.revoke(session.id);
    for (const name of [SECURE_COOKIE, PLAIN_COOKIE])
      res.clearCookie(name, cookieOptions(name === SECURE_COOKIE));
    res.json({ success: true });
  });
  routes.post('/api/tickets', json, (req, res) => {
    const { path } = parseFields(ticketRequestSchema, req.body ?? {});
    const principal = principalOf(req);
    if (principal === undefined || !isPermitted(principal.role, 'GET', path))
      throw new AppError('forbidden', 'You may not open that address yourself', { field: 'path' });
    res.setHeader('Cache-Control', 'no-store');
    res.json(authenticator.tickets.issue(principal, path));
  });
  routes.use(signInPage(authenticator.config.isPublic));
  return routes;
}

/** Keeps a session alive while it is used. */
export function renewSession(authenticator: Authenticator) {
  return (req: Request, res: Response, next: () => void): void => {
    const session = principalOf(req)?.kind === 'session' ? authenticator.sessionOf(req) : undefined;
    const cookie = session && authenticator.sessions.renew(session);
    if (cookie !== undefined) setCookie(authenticator, req, res, cookie);
    next();
  };
}

function setCookie({ config }: Authenticator, req: Request, res: Response, value: string): void {
  // Over plain HTTP in a home network a browser would drop a Secure cookie, and nobody could sign in.
  const isSecure = publicOrigin(req).startsWith('https:') && publicPrefix(req) === '';
  const options = { ...cookieOptions(isSecure), maxAge: COOKIE_MAX_AGE_MS };
  // Hosts like Replit show the page inside one of theirs, where a Lax cookie is not sent;
  // the check of the origin keeps other pages from using it.
  if (isSecure && config.isPublic) Object.assign(options, { sameSite: 'none', partitioned: true });
  res.cookie(isSecure ? SECURE_COOKIE : PLAIN_COOKIE, value, options);
}

function cookieOptions(isSecure: boolean) {
  return { httpOnly: true, sameSite: 'lax' as const, secure: isSecure, path: '/' };
}

function signInPage(isPublic: boolean): Router {
  const routes = Router();
  const frames = ["'self'", ...(isPublic ? PUBLIC_FRAMES : [])].join(' ');
  const files = { '': 'html', '/signin.js': 'js', '/signin.css': 'css' } as const;
  for (const [path, type] of Object.entries(files)) {
    const content = readFileSync(new URL(`./page/signin.${type}`, import.meta.url), 'utf8');
    routes.get(`/signin${path}`, (_req, res) => {
      res.setHeader('Content-Security-Policy', `${PAGE_POLICY}; frame-ancestors ${frames}`);
      res.setHeader('Cache-Control', 'no-cache');
      res.type(type).send(content);
    });
  }
  return routes;
}
