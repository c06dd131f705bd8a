/** The gateway's HTTP server: an Express application with time limits. Does not listen. */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { http } from '#shared/http/node-http.ts';
import { bodyDeadline } from './body-deadline.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** Time limits for clients, milliseconds, against slow senders of headers and bodies (slowloris). */
export interface HttpTimings {
  headersMs: number;
  /** Interval of the check for late headers. */
  checkMs: number;
  /** Whole body; uploads have limits of their own. */
  requestMs: number;
  /** Body with a large announced size, such as a picture in JSON. */
  largeRequestMs: number;
  /** Rest of a body after an early response. */
  lingerMs: number;
  /** Idle time between requests of one connection. */
  keepAliveMs: number;
}

const HTTP_TIMINGS: HttpTimings = {
  headersMs: 10_000,
  checkMs: 2000,
  requestMs: 10_000,
  largeRequestMs: 30_000,
  lingerMs: 5000,
  // Longer than common load balancers, so that they close first.
  keepAliveMs: 65_000,
};

/** Factor for large bodies. */
const LARGE_FACTOR = 3;
const MAX_HEADERS = 100;
/** Time for running requests after the order to stop, milliseconds. */
const DRAIN_MS = 1000;
const DRAIN_CHECK_MS = 50;

/** Derives HTTP timeouts from the configured header and body limits, milliseconds. */
export function httpTimings({ headerMs, bodyMs }: { headerMs: number; bodyMs: number }): HttpTimings {
  const bodies = { requestMs: bodyMs, largeRequestMs: bodyMs * LARGE_FACTOR };
  return { ...HTTP_TIMINGS, ...bodies, headersMs: headerMs };
}

/**
 * Creates a server that serves nothing yet. Upgrades other than to WebSocket are ordinary requests
 * (RFC 9110 section 7.8).
 * @param limits connection limits; none by default
 */
export function createBareServer(timings: HttpTimings = HTTP_TIMINGS, limits?: ConnectionLimits): Server {
  const server = http.createServer({
    headersTimeout: timings.headersMs,
    requestTimeout: 0,
    connectionsCheckingInterval: timings.checkMs,
    keepAliveTimeout: timings.keepAliveMs,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.maxHeadersCount = MAX_HEADERS;
  limits?.watch(server);
  return server;
}

/** What serves the requests of a server. */
export interface Serving {
  app: RequestListener;
  timings?: HttpTimings;
  /** Connection limits; none by default. */
  limits?: ConnectionLimits | undefined;
  /** Whether a request uploads a video, which may take as long as it makes progress. */
  isUpload?: (request: IncomingMessage) => boolean;
}

/** Lets an application serve a server's requests from now on. */
export function serveRequests(
  server: Server,
  { app, timings = HTTP_TIMINGS, limits, isUpload = () => false }: Serving,
): void {
  const { requestMs: bodyMs, largeRequestMs: largeBodyMs, lingerMs } = timings;
  server.on('request', bodyDeadline({ bodyMs, largeBodyMs, lingerMs, isExempt: isUpload }));
  server.on('request', limits?.guard(app) ?? app);
}

/**
 * Stops accepting, lets running requests finish for a moment, then cuts them off.
 * Waits for upgraded sockets, which their owner closes.
 */
export async function closeHttpServer(server: Server): Promise<void> {
  const end = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  // Node closes only connections that are idle now, not those that become idle.
  const idle = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(end);
  clearInterval(idle);
}
