/** Refuses an upgrade with the same problem that a request would get (RFC 9457). */
import type { Duplex } from 'node:stream';
import { http } from '#shared/http/node-http.ts';
import { type AppError, toProblem } from '../errors.ts';

/** Writes the response and closes the socket, whose errors must have a listener. */
export function refuseUpgrade(socket: Duplex, error: AppError): void {
  const body = JSON.stringify(toProblem(error));
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${http.STATUS_CODES[error.status]}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(error.retryAfter === undefined ? [] : [`Retry-After: ${error.retryAfter}`]),
      '',
      body,
    ].join('\r\n'),
  );
}
