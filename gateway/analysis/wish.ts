/** What the analysis worker shall look at, from what is known of cameras and workers. */
import type { AnalysedCamera } from '#shared/detections-settings.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';

/** Every connected camera with a switch on, where its worker is ready. */
export function wantedAnalysis(
  directory: Pick<CameraDirectory, 'wanted'>,
  routing: Pick<CameraRouting, 'findOwner'>,
): AnalysedCamera[] {
  return directory
    .wanted()
    .filter(isAnalysed)
    .flatMap(({ id, analysis }) => {
      const worker = routing.findOwner(id);
      if (worker === undefined) return [];
      return [{ cameraId: id, origin: worker.origin, token: worker.token, settings: analysis }];
    });
}

function isAnalysed({ analysis }: KnownCamera): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}
