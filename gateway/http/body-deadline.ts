/** Cuts off slow request bodies. Node's own limit is the same for all requests, uploads included. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Limits of one request's body, milliseconds. */
export interface BodyDeadlineOptions {
  /** Time for a whole body. */
  bodyMs: number;
  /** Time for one with an announced size above 256 KiB. */
  largeBodyMs: number;
  /** Grace period to drain a rejected body, so that the client can read the response. */
  lingerMs: number;
  /** Requests that enforce their own limits. */
  isExempt: (request: IncomingMessage) => boolean;
}

const LARGE_BYTES = 256 * 1024;
const LATE = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Creates a listener to run before the application; it only responds to late bodies. */
export function bodyDeadline({
  bodyMs,
  largeBodyMs,
  lingerMs,
  isExempt,
}: BodyDeadlineOptions): RequestListener {
  return (req, res) => {
    if (!hasBody(req)) return;
    const timeMs = isLarge(req) ? largeBodyMs : bodyMs;
    const late = isExempt(req) ? undefined : setTimeout(() => cutOff(req, res), timeMs);
    let linger: NodeJS.Timeout | undefined;
    res.once('finish', () => {
      if (!req.complete) linger = setTimeout(() => req.socket.destroy(), lingerMs);
    });
    req.once('close', () => clearTimeout(linger));
    // The body may arrive completely without a reader: then the request stays open.
    for (const event of ['end', 'close']) req.once(event, () => clearTimeout(late));
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isLarge({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > LARGE_BYTES;
}

function cutOff(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete) return;
  if (res.headersSent) req.socket.destroy();
  // Bypasses the application, which may be about to respond.
  else req.socket.end(LATE, () => req.socket.destroy());
}
