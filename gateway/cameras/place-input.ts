/** What a camera at an agent may be. */
import { isAddressed, type RegisteredSource, secretsOf } from '#shared/camera-source.ts';
import type { CameraChanges } from '#shared/contract/camera.ts';
import { AppError } from '#shared/errors.ts';
import { NO_LABELS } from '#shared/worker-labels.ts';
import type { RegisteredCamera } from './registered-camera.ts';

/** @throws AppError `invalid-field` for what an agent cannot do */
export function checkPlace({
  source,
  agent,
  labels = NO_LABELS,
}: Pick<RegisteredCamera, 'source' | 'agent' | 'labels'>): void {
  if (agent === undefined) return;
  if (Object.keys(labels).length > 0)
    throw new AppError('invalid-field', 'labels: cameras of an agent run there', { field: 'labels' });
  if (!isAddressed(source))
    throw new AppError('invalid-field', 'agent: an uploaded video is at the gateway', { field: 'agent' });
}

/** A stored password must not be sent on another network unasked. @throws AppError `invalid-field` */
export function checkPasswordGiven(before: RegisteredSource, fields: CameraChanges): void {
  const isGiven = fields.password !== undefined || fields.url !== undefined;
  if (isGiven || !isAddressed(before) || secretsOf(before).length === 0) return;
  throw new AppError('invalid-field', 'password must be given again when the place changes', {
    field: 'password',
  });
}
