/** How often one client may ask: per token or session, else per address. */
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '#shared/errors.ts';
import { principalOf } from './principal.ts';

/** Requests a minute. */
export interface RateLimits {
  /** Everything but pictures and video, which are paced by what they show. */
  api: number;
  /** What changes something. */
  writes: number;
  /** Attempts to sign in. */
  logins: number;
  /** Questions to Moondream, which cost somebody money. */
  moondream: number;
  /** Trial connections to cameras, and connections by hand. */
  connects: number;
}

interface Rule {
  name: keyof RateLimits;
  matches(req: Request): boolean;
}

const MINUTE_MS = 60_000;
const READ = new Set(['GET', 'HEAD', 'OPTIONS']);
const PICTURES =
  /^\/api\/cameras\/[^/]+\/(frame|stream\.mjpeg)$|^\/api\/events\/[^/]+\/snapshot$|^\/(hls|dashboard)\/|^\/(health|livez|readyz)$/;

const RULES: readonly Rule[] = [
  { name: 'logins', matches: ({ path }) => path === '/api/auth/login' },
  {
    name: 'moondream',
    matches: ({ path, method }) => path.startsWith('/api/moondream/') && method === 'POST',
  },
  { name: 'connects', matches: ({ path }) => /^\/api\/cameras\/(connect|test)$/.test(path) },
  { name: 'writes', matches: ({ method }) => !READ.has(method) },
  { name: 'api', matches: ({ path }) => !PICTURES.test(path) },
];

/** One limiter for each rule that a request falls under; requests from this very machine are not counted. */
export function rateLimits(limits: RateLimits): RequestHandler[] {
  return RULES.map(({ name, matches }) =>
    rateLimit({
      windowMs: MINUTE_MS,
      limit: limits[name],
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      identifier: name,
      keyGenerator: (req) => keyOf(req),
      skip: (req) => principalOf(req)?.kind === 'local' || !matches(req),
      handler: (req, _res, next) => {
        const { resetTime } = (req as Request & { rateLimit?: { resetTime?: Date } }).rateLimit ?? {};
        const retryAfter =
          resetTime === undefined ? MINUTE_MS / 1000 : (resetTime.getTime() - Date.now()) / 1000;
        next(
          new AppError('too-many-requests', `More than ${limits[name]} requests of this kind a minute`, {
            retryAfter,
          }),
        );
      },
    }),
  );
}

/** Sessions of one person at several addresses count together, strangers by address (IPv6: by network). */
function keyOf(req: Request): string {
  return principalOf(req)?.sessionId ?? ipKeyGenerator(req.ip ?? '');
}
