/** Turns what clients sent back into JSON. */
import { AppError } from '#shared/errors.ts';

/** @throws AppError `invalid-field` where it is nested deeper than the engine goes */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new AppError('invalid-field', 'The body is nested too deeply', { field: 'body' });
  }
}
