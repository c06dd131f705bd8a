/** Writes a client's body as JSON. */
import { AppError } from '#shared/errors.ts';

/** @throws AppError `invalid-field` when it is nested deeper than V8 can serialise */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new AppError('invalid-field', 'The body is nested too deeply', { field: 'body' });
  }
}

/** The same text for the same fields in any order. @throws AppError `invalid-field` */
export function canonicalText(fields: Record<string, unknown>): string {
  return jsonText(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}
