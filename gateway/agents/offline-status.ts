/** How a camera is while its agent is away. */
import type { CameraStatus } from '#shared/contract/status.ts';
import { absentStatus } from '../cameras/absent-status.ts';
import { agentOffline, agentWorker } from '../worker-access/agent-worker.ts';

/** @param since when the agent went offline; undefined for one that was removed */
export function offlineStatus(cameraId: string, agent: string, since: Date | undefined): CameraStatus {
  return { ...absentStatus(cameraId, agentOffline(agentWorker(agent), since?.toISOString())), agent };
}
