/** Cuts off clients that send their bodies too slowly. Node's own limit holds for every request alike, uploads included. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Limits of one request's body, milliseconds. */
export interface BodyDeadlineOptions {
  /** Time for a whole body. */
  bodyMs: number;
  /** Time for one that is announced with more than 256 KiB. */
  largeBodyMs: number;
  /** A client that was answered already may go on sending so long, so that it gets to read why. */
  lingerMs: number;
  /** Requests that watch their bodies themselves. */
  isExempt: (request: IncomingMessage) => boolean;
}

const LARGE_BYTES = 256 * 1024;
const LATE = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** A listener to be put in front of the application; it answers nothing but what is late. */
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
    // The whole of it may come while nobody reads it: then the request stays open.
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
  // Past the application, which may be about to answer and would find it done.
  else req.socket.end(LATE, () => req.socket.destroy());
}
