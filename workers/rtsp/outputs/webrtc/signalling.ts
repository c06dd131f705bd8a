/** Reads what clients say to open a session. */
import type { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { isPermittedCandidate } from './sdp/candidate-policy.ts';
import type { Session } from './session.ts';

/** Validates a body, and tells a missing field from a wrong one. @throws AppError `missing-field`, `invalid-field` */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, required: readonly string[]): T {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const missing = required.filter((field) => given[field] === undefined || given[field] === '');
  if (missing.length > 0) {
    throw new AppError('missing-field', `Missing required fields: ${missing.join(', ')}`, {
      field: missing[0] as string,
    });
  }
  return parseFields(schema, given);
}

/** A candidate as clients write it: with or without the `a=` of a description. */
export function addClientCandidate(session: Session, candidate: string): void {
  const text = candidate.replace(/^a=/, '').trim();
  if (isPermittedCandidate(text, session.isClientLocal)) session.addCandidate(text);
}
