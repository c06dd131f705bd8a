/** What the status of an HTTP answer says about the camera (RFC 9110 section 15). */
import { AppError } from '#shared/errors.ts';

/** @throws AppError `camera-*` unless the status is a success */
export function checkHttpStatus(status: number): void {
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403)
    throw new AppError('camera-unauthorized', 'The camera refuses these credentials');
  if (status === 404 || status === 410)
    throw new AppError('camera-path-not-found', 'The camera has nothing at this path');
  // ESP32-CAM and others serve one stream at a time.
  if (status === 503 || status === 429)
    throw new AppError('camera-busy', `The camera is busy: it answers with status ${status}`);
  throw new AppError('camera-protocol-error', `The camera answers with status ${status}`);
}
