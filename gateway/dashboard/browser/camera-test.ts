/** Tries a camera without storing it. */
import type { NewCamera } from '#shared/client/api-types.ts';
import { HttpClient } from '#shared/client/http-client.ts';

/** What its first picture was. */
export interface CameraTestAnswer {
  codec: string;
  width: number;
  height: number;
  /** Until the first picture. */
  ms: number;
}

/** A gateway gives up a camera after ten seconds. */
const TIMEOUT_MS = 20_000;

/** Connects for the time of one picture. @throws GatewayError the camera's problem, with the field it speaks of */
export function testCamera(
  baseUrl: string,
  camera: NewCamera,
  signal: AbortSignal,
): Promise<CameraTestAnswer> {
  const http = new HttpClient({ baseUrl });
  return http.json('/api/cameras/test', { method: 'POST', json: camera, signal, timeoutMs: TIMEOUT_MS });
}
