/** The meter of motion of a camera. */
import type { MotionLevel } from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { readMessages } from './message-stream.ts';

/** The gateway sends something at least every 15 s. */
const SILENCE_MS = 40_000;

/** Levels until aborted or the connection ends. @throws GatewayError */
export async function* followMotion(
  http: HttpClient,
  cameraId: string,
  { signal }: Pick<CallOptions, 'signal'>,
): AsyncGenerator<MotionLevel> {
  const answer = await http.open(`/api/cameras/${encodeURIComponent(cameraId)}/motion`, {
    signal,
    headers: { Accept: 'text/event-stream' },
  });
  for await (const { event, data } of readMessages(answer, SILENCE_MS))
    if (event === 'level') yield JSON.parse(data) as MotionLevel;
}
