/** Failures of connections to cameras, and how TLS is spoken to them. */
import { AppError, type ErrorCode } from '#shared/errors.ts';

const CODE_BY_ERRNO: Record<string, ErrorCode> = {
  ECONNREFUSED: 'camera-refused',
  ECONNRESET: 'camera-disconnected',
  ETIMEDOUT: 'camera-timeout',
};

/**
 * Cameras carry self-signed certificates, and old ones speak TLS 1.0 with short keys: TLS here
 * keeps listeners out, it does not prove who answers.
 */
export const CAMERA_TLS = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
} as const;
/** Failures of a TLS handshake. */
const TLS_ERRNO = /^(EPROTO$|ERR_SSL_|ERR_TLS_)/;
/** What a failed connection to a camera means: `camera-refused`, `camera-timeout`, `camera-tls-failed`, `camera-unreachable`. */
export function toDialError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const errno = (error as NodeJS.ErrnoException).code ?? '';
  if (TLS_ERRNO.test(errno))
    return new AppError('camera-tls-failed', `TLS with the camera failed (${errno})`, { cause: error });
  const code = CODE_BY_ERRNO[errno] ?? 'camera-unreachable';
  return new AppError(code, `The camera cannot be reached (${errno || 'connection failed'})`, {
    cause: error,
  });
}
