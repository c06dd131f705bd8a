/** How a camera is while its agent is away. */
import type { CameraStatus } from '#shared/contract/status.ts';
import type { AppError } from '#shared/errors.ts';
import { agentOffline, agentWorker } from '../worker-access/agent-worker.ts';

/** @param since when the agent went offline; undefined for one that was removed */
export function offlineStatus(cameraId: string, agent: string, since: Date | undefined): CameraStatus {
  const error: AppError = agentOffline(agentWorker(agent), since?.toISOString());
  return {
    cameraId,
    connected: false,
    state: 'reconnecting',
    frameRate: 0,
    lastFrameTime: null,
    frameCount: 0,
    codec: null,
    width: null,
    height: null,
    transport: null,
    viewers: 0,
    reconnects: 0,
    agent,
    reason: error.code,
    detail: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}
