/** What the settings of a camera mean: how much of it is kept, and where. */
import { NO_RECORDING } from '#shared/contract/recording.ts';
import { DEFAULT_KEEP_MS, type DesiredRecording } from '#shared/recording-link.ts';
import type { KnownCamera } from '../cameras/camera-directory.ts';

/** In memory beyond what a clip has before its event: it takes a moment to see one, seconds. */
const REACTION_S = 10;
const HOUR_MS = 3_600_000;

/** The facts that decide. */
export type PlannedCamera = Pick<KnownCamera, 'id' | 'analysis' | 'recording'>;

/** @param beforeMs of a clip before its event @returns undefined where nothing is kept */
export function planOf(camera: PlannedCamera, beforeMs: number): DesiredRecording | undefined {
  const { record, keep } = camera.recording ?? NO_RECORDING;
  const keepMs = keep !== null && 'hours' in keep ? keep.hours * HOUR_MS : DEFAULT_KEEP_MS;
  const usualSeconds = Math.ceil(beforeMs / 1000) + REACTION_S;
  const seconds = keep !== null && 'seconds' in keep ? keep.seconds : hasEvents(camera) ? usualSeconds : 0;
  const cameraId = camera.id;
  if (record === 'always') return { cameraId, isContinuous: true, ringSeconds: 0, keepMs };
  if (record !== 'off') return { cameraId, isContinuous: false, ringSeconds: usualSeconds, keepMs };
  return seconds === 0 ? undefined : { cameraId, isContinuous: false, ringSeconds: seconds, keepMs: 0 };
}

function hasEvents({ analysis }: PlannedCamera): boolean {
  return analysis.motion || analysis.persons || analysis.faces;
}
