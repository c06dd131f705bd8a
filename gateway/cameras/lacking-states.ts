/** How cameras are that no worker may run. */
import type { CameraStatus } from '#shared/contract/status.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { absentStatus } from './absent-status.ts';
import type { CameraDirectory } from './camera-directory.ts';

/** How the cameras are whose labels no worker carries. */
export function lackingStates(
  directory: Pick<CameraDirectory, 'wanted'>,
  routing: Pick<CameraRouting, 'lackOf'>,
): [string, CameraStatus][] {
  return directory.wanted().flatMap(({ id }): [string, CameraStatus][] => {
    const error = routing.lackOf(id);
    return error === undefined ? [] : [[id, absentStatus(id, error)]];
  });
}
