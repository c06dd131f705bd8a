/** Which cameras the analysis worker is to look at. */
import type { AnalysedCamera } from '#shared/detections-settings.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';

/** Cameras that are looked at beside what their switches say. */
export interface LookedAt {
  /** By id: watched for persons. */
  watched: { has(cameraId: string): boolean };
  /** Whether the motion of a camera is metered. */
  meters: { has(cameraId: string): boolean };
}

/** Every connected camera with a switch on, or that is looked at, where its worker is ready. */
export function desiredAnalysis(
  directory: Pick<CameraDirectory, 'wanted'>,
  routing: Pick<CameraRouting, 'findOwner'>,
  { watched, meters }: LookedAt,
): AnalysedCamera[] {
  return directory
    .wanted()
    .map((camera) => (watched.has(camera.id) ? withPersons(camera) : camera))
    .filter((camera) => isAnalysed(camera) || meters.has(camera.id))
    .flatMap(({ id, analysis, zones }) => {
      const worker = routing.findOwner(id);
      if (worker === undefined) return [];
      const { doorOrigin: origin = worker.origin, token } = worker;
      const isMetered = meters.has(id);
      return [{ cameraId: id, origin, token, settings: analysis, zones: [...(zones ?? [])], isMetered }];
    });
}

/** Whether a connected camera has a switch on or is looked at, so that the analysis worker has to run. */
export function isAnalysisWanted(
  directory: Pick<CameraDirectory, 'wanted'>,
  { watched, meters }: LookedAt,
): boolean {
  return directory
    .wanted()
    .some((camera) => isAnalysed(camera) || watched.has(camera.id) || meters.has(camera.id));
}

function isAnalysed({ analysis }: Pick<KnownCamera, 'analysis'>): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}

/** Persons are looked for in every picture: a camera that moves tells nothing of motion. */
function withPersons({ id, analysis, zones }: KnownCamera): Pick<KnownCamera, 'id' | 'analysis' | 'zones'> {
  return { id, zones, analysis: { ...analysis, persons: true, everyFrames: 1 } };
}
