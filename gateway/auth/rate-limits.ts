/** How often one client may ask: per token or session, else per address. */
import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { AppError } from '#shared/errors.ts';
import type { RateLimits } from '../config/auth.ts';
import { isUpload } from '../http/is-upload.ts';
import { addressKey } from './address-key.ts';
import { principalOf } from './principal.ts';

interface Rule {
  name: keyof RateLimits;
  per: 'minute' | 'hour';
  matches(req: Request): boolean;
}

const WINDOW_MS = { minute: 60_000, hour: 3_600_000 };
const READ = new Set(['GET', 'HEAD', 'OPTIONS']);
const PICTURES =
  /^\/api\/cameras\/[^/]+\/(frame|stream\.mjpeg)$|^\/api\/events\/[^/]+\/snapshot$|^\/(hls|dashboard)\/|^\/(health|livez|readyz)$/;

const RULES: readonly Rule[] = [
  { name: 'logins', per: 'minute', matches: isLogin },
  { name: 'loginsHourly', per: 'hour', matches: isLogin },
  { name: 'uploadsHourly', per: 'hour', matches: (req) => isUpload(req) },
  {
    name: 'moondream',
    per: 'minute',
    matches: ({ path, method }) => path.startsWith('/api/moondream/') && method === 'POST',
  },
  { name: 'connects', per: 'minute', matches: ({ path }) => /^\/api\/cameras\/(connect|test)$/.test(path) },
  { name: 'writes', per: 'minute', matches: ({ method }) => !READ.has(method) },
  { name: 'api', per: 'minute', matches: ({ path }) => !PICTURES.test(path) },
];

/** One limiter for each rule that a request falls under; requests from this very machine are not counted. */
export function rateLimits(limits: RateLimits): RequestHandler[] {
  return RULES.map(({ name, per, matches }) =>
    rateLimit({
      windowMs: WINDOW_MS[per],
      limit: limits[name],
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      identifier: name,
      // A session must not give further attempts to sign in: those count by address.
      keyGenerator: matches === isLogin ? byAddress : bySession,
      skip: (req) => principalOf(req)?.kind === 'local' || !matches(req),
      handler: (req, _res, next) => {
        const { resetTime } = (req as Request & { rateLimit?: { resetTime?: Date } }).rateLimit ?? {};
        const retryAfter =
          resetTime === undefined ? WINDOW_MS[per] / 1000 : (resetTime.getTime() - Date.now()) / 1000;
        next(
          new AppError('too-many-requests', `More than ${limits[name]} requests of this kind in one ${per}`, {
            retryAfter,
          }),
        );
      },
    }),
  );
}

function isLogin({ path }: Request): boolean {
  return path === '/api/auth/login';
}

/** A session counts over all its addresses, other requests by address. */
function bySession(req: Request): string {
  return principalOf(req)?.sessionId ?? byAddress(req);
}

function byAddress({ ip }: Request): string {
  return addressKey(ip);
}
