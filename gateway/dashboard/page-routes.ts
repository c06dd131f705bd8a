/** The dashboard at `/` and its files below `/dashboard/`. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
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
/** Replit frames the running app in a page of its own. */
export const PUBLIC_FRAMES = ['https://replit.com', 'https://*.replit.com'];

/** Response of `/` for programs, which do not ask for HTML. */
const INDEX = {
  name: 'visual-reasoning-gateway',
  cameras: '/api/cameras',
  frames: '/ws',
  health: '/health',
};

/**
 * Routes at the root. Files are read once, at the first request.
 * @param isPublic whether pages of the host may frame ours
 */
export function pageRoutes({ isPublic }: { isPublic: boolean }): Router {
  const routes = Router();
  const frames = isPublic ? ["'self'", ...PUBLIC_FRAMES] : ["'self'"];
  const policy = `${POLICY}; frame-ancestors ${frames.join(' ')}`;
  let reading: Promise<Map<string, PageFile>> | undefined;
  const files = (): Promise<Map<string, PageFile>> => {
    reading ??= readPageFiles().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
  const sendFile =
    (nameOf: (path: string) => string): RequestHandler =>
    async (req, res, next) => {
      const file = (await files()).get(nameOf(req.path));
      if (file === undefined) next();
      else send(req, res, file, policy);
    };

  const page = sendFile(() => 'index.html');
  routes.get('/', (req, res, next) => {
    res.vary('Accept');
    if (req.accepts(['json', 'html']) === 'html') return page(req, res, next);
    res.json(INDEX);
  });
  routes.get(
    '/dashboard/*path',
    sendFile((path) => path.slice('/dashboard/'.length)),
  );
  return routes;
}

/** Always revalidated: an update of the gateway is one of the page. */
function send(req: Request, res: Response, { type, body, gzip, etag }: PageFile, policy: string): void {
  const isCompressed = req.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  res.vary('Accept-Encoding');
  if (isCompressed) res.setHeader('Content-Encoding', 'gzip');
  res.setHeader('Content-Security-Policy', policy);
  res.setHeader('Cache-Control', 'no-cache');
  // Weak: the same file in any encoding.
  res.setHeader('ETag', `W/${etag}`);
  res.setHeader('Content-Type', type);
  res.send(isCompressed ? gzip : body);
}
