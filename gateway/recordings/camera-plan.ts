/** What the settings of a camera mean: how much of it is kept, and where. */
import { NO_RECORDING } from '#shared/contract/recording.ts';
import type { DesiredRecording } from '#shared/recording-link.ts';
import type { KnownCamera } from '../cameras/camera-directory.ts';

/** Hours of a recording for which nothing else is set. */
export const DEFAULT_HOURS = 24;
/** In memory beyond what a clip has before its event: it takes a moment to see one, seconds. */
const REACTION_S = 10;
const HOUR_MS = 3_600_000;

/** The facts that decide. */
export type PlannedCamera = Pick<KnownCamera, 'id' | 'analysis' | 'recording'>;

/** What is kept of a camera. */
export interface CameraPlan extends DesiredRecording {
  /** How long a recording stays, milliseconds; 0: only what clips of events need. */
  keepMs: number;
}

/** @param beforeMs of a clip before its event @returns undefined where nothing is kept */
export function planOf(camera: PlannedCamera, beforeMs: number): CameraPlan | undefined {
  const { record, keep } = camera.recording ?? NO_RECORDING;
  const hours = keep !== null && 'hours' in keep ? keep.hours : DEFAULT_HOURS;
  const usualSeconds = Math.ceil(beforeMs / 1000) + REACTION_S;
  const seconds = keep !== null && 'seconds' in keep ? keep.seconds : hasEvents(camera) ? usualSeconds : 0;
  const cameraId = camera.id;
  if (record === 'always') return { cameraId, isContinuous: true, ringSeconds: 0, keepMs: hours * HOUR_MS };
  if (record !== 'off')
    return { cameraId, isContinuous: false, ringSeconds: usualSeconds, keepMs: hours * HOUR_MS };
  return seconds === 0 ? undefined : { cameraId, isContinuous: false, ringSeconds: seconds, keepMs: 0 };
}

function hasEvents({ analysis }: PlannedCamera): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}
