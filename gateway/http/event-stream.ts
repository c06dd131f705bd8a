/** Common parts of server-sent event streams (HTML standard, section 9.2). */
import type { Request, Response } from 'express';

/** `no-transform` keeps compressing proxies from holding messages back (RFC 9111 section 5.2.2.6). */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** Responds to HEAD with the headers only. Returns whether it was HEAD. */
export function answeredHead({ method }: Request, res: Response): boolean {
  if (method !== 'HEAD') return false;
  res.writeHead(200, EVENT_STREAM_HEADERS).end();
  return true;
}
