/** What a camera at an agent may be. */
import { isAddressed, type RegisteredSource, secretsOf } from '#shared/camera-source.ts';
import type { CameraChanges } from '#shared/contract/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { RegisteredCamera } from './registered-camera.ts';

/** @throws AppError `invalid-field` for what an agent cannot do */
export function checkPlace({ source, agent }: Pick<RegisteredCamera, 'source' | 'agent'>): void {
  if (agent === undefined) return;
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
