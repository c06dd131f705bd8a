/** Tries a camera without storing it. */
import type { NewCamera } from '#shared/client/api-types.ts';
import { HttpClient } from '#shared/client/http-client.ts';

/** The first picture. */
export interface CameraTestAnswer {
  codec: string;
  width: number;
  height: number;
  /** Time to the first picture. */
  ms: number;
}

/** The gateway gives up after ten seconds. */
const TIMEOUT_MS = 20_000;

/** Connects until the first picture. @throws GatewayError with the field at fault */
export function testCamera(
  baseUrl: string,
  camera: NewCamera,
  signal: AbortSignal,
): Promise<CameraTestAnswer> {
  const http = new HttpClient({ baseUrl });
  return http.json('/api/cameras/test', { method: 'POST', json: camera, signal, timeoutMs: TIMEOUT_MS });
}
