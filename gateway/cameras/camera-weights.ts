/** What cameras are expected to cost their workers, and which workers they may have. */
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { type Labels, NO_LABELS } from '#shared/worker-labels.ts';

/** The part of a camera that counts. */
export interface WeighedCamera {
  id: string;
  agent?: string | undefined;
  analysis: AnalysisSettings;
  labels?: Labels | undefined;
}

/** An analysed camera is decoded all the time, others while a client watches: it counts as four of them. */
const ANALYSED_WEIGHT = 4;

/** For the placement of cameras; those of agents run there. */
export function weightsOf(
  cameras: readonly WeighedCamera[],
): { id: string; weight: number; labels: Labels }[] {
  const own = cameras.filter(({ agent }) => agent === undefined);
  return own.map(({ id, analysis, labels = NO_LABELS }) => {
    const isDecoded = analysis.motion || analysis.persons || analysis.faces;
    return { id, weight: isDecoded ? ANALYSED_WEIGHT : 1, labels };
  });
}
