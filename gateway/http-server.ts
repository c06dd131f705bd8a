/** The gateway's HTTP server: an Express application behind limits of time. It does not listen. */
import { createServer, type RequestListener, type Server } from 'node:http';

/** How long a client may take, milliseconds. Slow senders of headers and bodies are cut off (slowloris). */
export interface HttpTimings {
  headersMs: number;
  requestMs: number;
  /** How often the two above are looked at. */
  checkMs: number;
  /** Pause between requests of one connection. */
  keepAliveMs: number;
}

const HTTP_TIMINGS: HttpTimings = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 2000,
  // Above the keep-alive of common load balancers, so that they close first.
  keepAliveMs: 65_000,
};

const MAX_HEADERS = 100;

/** Creates the server; upgrades other than to WebSocket are ordinary requests to it (RFC 9110 section 7.8). */
export function createHttpServer(app: RequestListener, timings: HttpTimings = HTTP_TIMINGS): Server {
  const server = createServer(
    {
      headersTimeout: timings.headersMs,
      requestTimeout: timings.requestMs,
      connectionsCheckingInterval: timings.checkMs,
      keepAliveTimeout: timings.keepAliveMs,
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    app,
  );
  server.maxHeadersCount = MAX_HEADERS;
  return server;
}
