/** Follows the motion of a camera, across interruptions. */
import type { MotionLevel } from '#shared/client/api-types.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';

const AGAIN_MS = 2000;

/** Calls with each level until aborted. @param onRefused called when the gateway will give none */
export async function followLevels(
  client: GatewayClient,
  cameraId: string,
  { onLevel, onRefused }: { onLevel: (level: MotionLevel) => void; onRefused: (message: string) => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const level of client.cameras.motion(cameraId, { signal })) onLevel(level);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof GatewayError && isFinal(error)) {
        onRefused(error.message);
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function isFinal({ code, status }: GatewayError): boolean {
  return code === 'analysis-off' || [400, 401, 403, 404].includes(status);
}
