/** The gateway's HTTP server: an Express application behind limits of time. It does not listen. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { bodyDeadline } from './body-deadline.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** How long a client may take, milliseconds. Slow senders of headers and bodies are cut off (slowloris). */
export interface HttpTimings {
  headersMs: number;
  /** How often the one above is looked at. */
  checkMs: number;
  /** For a whole body; uploads have limits of their own. */
  requestMs: number;
  /** For one that is announced as large, such as a picture in JSON. */
  largeRequestMs: number;
  /** For the rest of a body that was answered before its end. */
  lingerMs: number;
  /** Pause between requests of one connection. */
  keepAliveMs: number;
}

const HTTP_TIMINGS: HttpTimings = {
  headersMs: 10_000,
  checkMs: 2000,
  requestMs: 10_000,
  largeRequestMs: 30_000,
  lingerMs: 5000,
  // Above the keep-alive of common load balancers, so that they close first.
  keepAliveMs: 65_000,
};

/** A large body may take so many times as long as another. */
const LARGE_FACTOR = 3;
const MAX_HEADERS = 100;
/** Requests under way may finish within this after the order to stop, milliseconds. */
const DRAIN_MS = 1000;
const DRAIN_CHECK_MS = 50;

/** The times for clients that may take so long for headers and bodies, milliseconds. */
export function httpTimings({ headerMs, bodyMs }: { headerMs: number; bodyMs: number }): HttpTimings {
  const bodies = { requestMs: bodyMs, largeRequestMs: bodyMs * LARGE_FACTOR };
  return { ...HTTP_TIMINGS, ...bodies, headersMs: headerMs };
}

/**
 * Creates the server; upgrades other than to WebSocket are ordinary requests to it (RFC 9110 section 7.8).
 * @param limits bounds its connections; none without
 * @param isUpload whether a request brings a video, which may take as long as it moves
 */
export function createHttpServer(
  app: RequestListener,
  timings: HttpTimings = HTTP_TIMINGS,
  limits?: ConnectionLimits,
  isUpload: (request: IncomingMessage) => boolean = () => false,
): Server {
  const server = createServer({
    headersTimeout: timings.headersMs,
    requestTimeout: 0,
    connectionsCheckingInterval: timings.checkMs,
    keepAliveTimeout: timings.keepAliveMs,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  const { requestMs: bodyMs, largeRequestMs: largeBodyMs, lingerMs } = timings;
  limits?.watch(server);
  server.on('request', bodyDeadline({ bodyMs, largeBodyMs, lingerMs, isExempt: isUpload }));
  server.on('request', limits?.guard(app) ?? app);
  server.maxHeadersCount = MAX_HEADERS;
  return server;
}

/**
 * Stops accepting, lets requests under way finish for a moment, then cuts them off.
 * Sockets that were upgraded are somebody else's to close; this waits for them too.
 */
export async function closeHttpServer(server: Server): Promise<void> {
  const end = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  // Node closes only those idle at this very moment, not those that become so.
  const idle = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(end);
  clearInterval(idle);
}
