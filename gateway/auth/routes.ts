/** Signing in and out, tickets, and the page to sign in at. */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import {
  loginSchema,
  principalSchema,
  signedInSchema,
  ticketRequestSchema,
  ticketSchema,
} from '#shared/contract/access.ts';
import { successSchema } from '#shared/contract/common.ts';
import { AppError } from '#shared/errors.ts';
import { publicOrigin, publicPrefix } from '../http/public-origin.ts';
import { json, jsonBody, type Route, type RouteGroup, route } from '../http/route.ts';
import { type Authenticator, PLAIN_COOKIE, SECURE_COOKIE } from './authenticator.ts';
import { type Principal, principalOf } from './principal.ts';
import { signInPage } from './sign-in-page.ts';

const COOKIE_MAX_AGE_MS = 7 * 24 * 3600 * 1000;

/** What these routes need. */
export interface AuthRoutesOptions {
  authenticator: Authenticator;
  /** Whether a client may GET a path. */
  mayOpen: (principal: Principal, path: string) => boolean;
}

/** Signing in and out, tickets, and the page to sign in at. */
export function authRoutes({ authenticator, mayOpen }: AuthRoutesOptions): RouteGroup {
  return {
    name: 'Access',
    description: 'Sign-in for remote clients. Clients on the same machine need none.',
    routes: [
      ...sessionRoutes(authenticator),
      ticketRoute(authenticator, mayOpen),
      ...signInPage(authenticator.config),
    ],
  };
}

function sessionRoutes(authenticator: Authenticator): Route[] {
  return [
    route({
      id: 'getPrincipal',
      method: 'get',
      path: '/api/auth',
      access: 'anyone',
      anyHost: true,
      summary: 'Who asks, as the gateway sees it',
      answers: { 200: json('Strangers are told too.', principalSchema) },
      handle: (req, res) => {
        const principal = principalOf(req);
        res.setHeader('Cache-Control', 'no-store');
        res.json({
          signedIn: principal !== undefined,
          role: principal?.role ?? null,
          kind: principal?.kind ?? null,
          ...(principal?.name === undefined ? {} : { name: principal.name }),
          ...(principal?.cameras === undefined ? {} : { cameras: [...principal.cameras] }),
        } satisfies z.infer<typeof principalSchema>);
      },
    }),
    route({
      id: 'signIn',
      method: 'post',
      path: '/api/auth/login',
      access: 'anyone',
      limit: 'logins',
      summary: 'Exchange a token or a key for a cookie',
      request: {
        bodies: jsonBody(loginSchema, { 'With the token': { token: 'correct-horse-battery-staple' } }),
        bodyLimit: 'small',
      },
      answers: {
        200: json('Signed in.', signedInSchema, {
          'Set-Cookie': 'The session; it lasts while it is used, at most a week without.',
        }),
      },
      errors: ['invalid-field', 'unauthorized', 'too-many-requests'],
      handle: (req, res) => {
        const { token } = parseFields(loginSchema, req.body ?? {});
        const principal = authenticator.find(token);
        if (principal === undefined)
          throw new AppError('unauthorized', 'The token is not valid', { field: 'token' });
        setCookie(authenticator, req, res, authenticator.sessions.begin(principal));
        res.json({ success: true, role: principal.role });
      },
    }),
    route({
      id: 'signOut',
      method: 'post',
      path: '/api/auth/logout',
      access: 'anyone',
      summary: 'End the session, its sockets, streams and tickets',
      answers: { 200: json('Signed out.', successSchema) },
      handle: (req, res) => {
        const session = authenticator.sessionOf(req);
        if (session !== undefined) authenticator.sessions.revoke(session.id);
        for (const name of [SECURE_COOKIE, PLAIN_COOKIE])
          res.clearCookie(name, cookieOptions(name === SECURE_COOKIE));
        res.json({ success: true });
      },
    }),
  ];
}

function ticketRoute(authenticator: Authenticator, mayOpen: AuthRoutesOptions['mayOpen']): Route {
  return route({
    id: 'createTicket',
    method: 'post',
    path: '/api/tickets',
    access: 'viewer',
    cameraScope: 'handled',
    summary: 'A ticket for what cannot send a header',
    description:
      'For `<img>`, EventSource and sockets of pages elsewhere: append `?ticket=` to the address. It opens that one address; sockets and event streams take it once within a minute, pictures and video as often as they like for five.',
    request: {
      bodies: jsonBody(ticketRequestSchema, { 'For frames over WebSocket': { path: '/ws' } }),
      bodyLimit: 'small',
    },
    answers: { 200: json('The ticket.', ticketSchema) },
    errors: ['invalid-field', 'forbidden'],
    handle: (req, res) => {
      const { path } = parseFields(ticketRequestSchema, req.body ?? {});
      const principal = principalOf(req);
      if (principal === undefined || !mayOpen(principal, path))
        throw new AppError('forbidden', 'You may not open that address yourself', { field: 'path' });
      res.setHeader('Cache-Control', 'no-store');
      res.json(authenticator.tickets.issue(principal, path));
    },
  });
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
  // Over plain HTTP in a home network browsers drop a Secure cookie, and sign-in would be impossible.
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
