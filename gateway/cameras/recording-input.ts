/** What clients write about recording a camera. */
import type { CameraChanges } from '#shared/contract/camera.ts';
import type { Keep, RecordingSettings, RecordMode } from '#shared/contract/recording.ts';
import { AppError } from '#shared/errors.ts';

/**
 * Applies `record` and `keep`. A `keep` that is not named and does not fit a new `record` is as usual again.
 * @throws AppError `invalid-field` for seconds of a recording, or hours without one
 */
export function applyRecording(
  before: RecordingSettings,
  { record = before.record, keep }: Pick<CameraChanges, 'record' | 'keep'>,
): RecordingSettings {
  if (keep === undefined) return { record, keep: fits(record, before.keep) ? before.keep : null };
  if (fits(record, keep)) return { record, keep };
  const message =
    record === 'off' ? 'without a recording it is { seconds }' : 'of a recording it is { hours }';
  throw new AppError('invalid-field', `keep: ${message}`, { field: 'keep' });
}

function fits(record: RecordMode, keep: Keep | null): boolean {
  return keep === null || 'seconds' in keep === (record === 'off');
}
