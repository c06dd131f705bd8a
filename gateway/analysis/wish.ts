/** What the analysis worker shall look at, from what is known of cameras and workers. */
import type { AnalysedCamera } from '#shared/detections-settings.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import type { CameraOwners } from '../worker-access/camera-owners.ts';

/** Every connected camera with a switch on, where its worker is ready. */
export function wantedAnalysis(
  directory: Pick<CameraDirectory, 'wanted'>,
  owners: Pick<CameraOwners, 'find'>,
): AnalysedCamera[] {
  return directory
    .wanted()
    .filter(isAnalysed)
    .flatMap(({ id, analysis }) => {
      const worker = owners.find(id);
      if (worker === undefined) return [];
      return [{ cameraId: id, origin: worker.origin, token: worker.token, settings: analysis }];
    });
}

function isAnalysed({ analysis }: KnownCamera): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}
