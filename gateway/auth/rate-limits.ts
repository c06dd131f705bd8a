/** How often one client may ask: per token or session, else per address. */
import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { AppError } from '#shared/errors.ts';
import type { RateLimits } from '../config/auth.ts';
import { isUpload, type Route } from '../http/route.ts';
import type { RouteTable } from '../http/route-table.ts';
import { addressKey } from './address-key.ts';
import { principalOf } from './principal.ts';

interface Rule {
  name: keyof RateLimits;
  per: 'minute' | 'hour';
  /** @param route undefined for a path without one */
  counts(route: Route | undefined, req: Request): boolean;
}

const WINDOW_MS = { minute: 60_000, hour: 3_600_000 };
const READ = new Set(['GET', 'HEAD', 'OPTIONS']);

const RULES: readonly Rule[] = [
  { name: 'logins', per: 'minute', counts: (route) => route?.limit === 'logins' },
  { name: 'loginsHourly', per: 'hour', counts: (route) => route?.limit === 'logins' },
  {
    name: 'uploadsHourly',
    per: 'hour',
    counts: (route, req) => route !== undefined && isUpload(route, req),
  },
  { name: 'moondream', per: 'minute', counts: (route) => route?.limit === 'moondream' },
  { name: 'connects', per: 'minute', counts: (route) => route?.limit === 'connects' },
  {
    name: 'writes',
    per: 'minute',
    counts: (route, { method }) => !READ.has(method) && route?.changesNothing !== true,
  },
  { name: 'api', per: 'minute', counts: (route) => route?.limit !== 'pictures' },
];

/** One limiter for each rule; each counts the requests whose route says so. Local requests are not counted. */
export function rateLimits(limits: RateLimits, routes: RouteTable): RequestHandler[] {
  return RULES.map(({ name, per, counts }) =>
    rateLimit({
      windowMs: WINDOW_MS[per],
      limit: limits[name],
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      identifier: name,
      // A session must not give further attempts to sign in: those count by address.
      keyGenerator: name === 'logins' || name === 'loginsHourly' ? byAddress : bySession,
      skip: (req) => principalOf(req)?.kind === 'local' || !counts(routes.of(req), req),
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

/** A session, or a person behind a trusted proxy, counts over all addresses; other requests by address. */
function bySession(req: Request): string {
  const principal = principalOf(req);
  if (principal?.kind === 'proxy') return `person ${principal.name}`;
  return principal?.sessionId ?? byAddress(req);
}

function byAddress({ ip }: Request): string {
  return addressKey(ip);
}
