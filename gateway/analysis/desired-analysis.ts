/** Which cameras the analysis worker is to look at. */
import type { AnalysedCamera } from '#shared/detections-settings.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';

/** Every connected camera with a switch on, or that is watched for persons, where its worker is ready. */
export function desiredAnalysis(
  directory: Pick<CameraDirectory, 'wanted'>,
  routing: Pick<CameraRouting, 'findOwner'>,
  watched: ReadonlyMap<string, number> = new Map(),
): AnalysedCamera[] {
  return directory
    .wanted()
    .map((camera) => (watched.has(camera.id) ? withPersons(camera) : camera))
    .filter(isAnalysed)
    .flatMap(({ id, analysis }) => {
      const worker = routing.findOwner(id);
      if (worker === undefined) return [];
      return [{ cameraId: id, origin: worker.origin, token: worker.token, settings: analysis }];
    });
}

/** Whether a connected camera has a switch on or is watched, so that the analysis worker has to run. */
export function isAnalysisWanted(
  directory: Pick<CameraDirectory, 'wanted'>,
  watched: ReadonlyMap<string, number> = new Map(),
): boolean {
  return directory.wanted().some((camera) => isAnalysed(camera) || watched.has(camera.id));
}

function isAnalysed({ analysis }: Pick<KnownCamera, 'analysis'>): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}

/** Persons are looked for in every picture: a camera that moves tells nothing of motion. */
function withPersons({ id, analysis }: KnownCamera): Pick<KnownCamera, 'id' | 'analysis'> {
  return { id, analysis: { ...analysis, persons: true, everyFrames: 1 } };
}
