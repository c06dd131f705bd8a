/** The dashboard at `/` and its files below `/dashboard/`. */
import type { NextFunction, Request, Response } from 'express';
import { indexSchema } from '#shared/contract/health.ts';
import { lazy } from '#shared/lazy.ts';
import { frameAncestors } from '../http/page-policy.ts';
import { json, type RouteGroup, route } from '../http/route.ts';
import { type PageFile, readPageFiles } from './page-files.ts';

/**
 * No foreign and no inline content. `connect-src` names the sockets because Safari
 * before 15.4 does not accept `'self'` for them.
 */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');
const KEEP_FOREVER = 'private, max-age=31536000, immutable';
/** Response of `/` for programs, which do not ask for HTML. */
const INDEX = {
  name: 'visual-reasoning-gateway',
  cameras: '/api/cameras',
  frames: '/ws',
  health: '/health',
};

/**
 * Pages for browsers. Files are read and bundled once, at the first request.
 * @param isPublic whether pages of the host may frame ours
 */
export function pageRoutes({ isPublic }: { isPublic: boolean }): RouteGroup {
  const policy = `${POLICY}; ${frameAncestors(isPublic)}`;
  const files = lazy(readPageFiles);
  const sendFile = async (name: string, req: Request, res: Response, next: NextFunction) => {
    const file = (await files()).get(name);
    if (file === undefined) next();
    else send(req, res, file, policy);
  };
  return {
    name: 'Pages',
    description: 'What browsers show.',
    routes: [
      route({
        id: 'getDashboard',
        method: 'get',
        path: '/',
        access: 'viewer',
        cameraScope: 'none',
        isPage: true,
        summary: 'The dashboard',
        description:
          'Programs, which do not ask for HTML, are told where to go on. Browsers that are not signed in are sent to `/signin`.',
        answers: { 200: json('The page for browsers; for everything else this.', indexSchema) },
        handle: (req, res, next) => {
          res.vary('Accept');
          if (req.accepts(['json', 'html']) === 'html') return sendFile('index.html', req, res, next);
          res.json(INDEX);
        },
      }),
      route({
        id: 'getDashboardFile',
        method: 'get',
        path: '/dashboard/*pageFile',
        access: 'viewer',
        cameraScope: 'none',
        limit: 'pictures',
        isHidden: true,
        summary: 'A file of the dashboard',
        handle: (req, res, next) => sendFile(req.path.slice('/dashboard/'.length), req, res, next),
      }),
    ],
  };
}

/** The page is always revalidated: an update of the gateway is one of the page, with other names of its files. */
function send(req: Request, res: Response, file: PageFile, policy: string): void {
  const { type, body, gzip, etag, isHashed } = file;
  const isCompressed = req.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  res.vary('Accept-Encoding');
  if (isCompressed) res.setHeader('Content-Encoding', 'gzip');
  res.setHeader('Content-Security-Policy', policy);
  res.setHeader('Cache-Control', isHashed ? KEEP_FOREVER : 'no-cache');
  // Weak: the same file in any encoding.
  res.setHeader('ETag', `W/${etag}`);
  res.setHeader('Content-Type', type);
  res.send(isCompressed ? gzip : body);
}
