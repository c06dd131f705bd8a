/** What the status of an RTSP answer says about the camera (RFC 2326 section 11). */
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { unauthorized } from './rtsp-auth.ts';

/** Not Enough Bandwidth and Service Unavailable: cameras answer so when all of their sessions are taken. */
const BUSY: readonly number[] = [453, 503];
/** Not Acceptable and Unsupported Transport. */
const TRANSPORT_REFUSED: readonly number[] = [406, 461];
/** Not Found, Gone and Session Not Found. */
const NO_STREAM: readonly number[] = [404, 410, 454];

/** @throws AppError `camera-*` unless the status is a success */
export function checkStatus(status: number, method: string): void {
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403) throw unauthorized();
  throw new AppError(...describe(status, method));
}

function describe(status: number, method: string): [ErrorCode, string] {
  if (NO_STREAM.includes(status)) return ['camera-path-not-found', 'The camera has no stream at this path'];
  if (BUSY.includes(status))
    return ['camera-busy', `The camera is busy: it answers ${method} with status ${status}`];
  if (TRANSPORT_REFUSED.includes(status) && method === 'SETUP')
    return ['camera-transport-refused', 'The camera refuses this transport'];
  return ['camera-protocol-error', `The camera answers ${method} with status ${status}`];
}
