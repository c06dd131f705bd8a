/** AppErrors as tRPC errors: `data.problem` is the REST problem with its code. */
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { AppError, type Problem, toProblem } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';

/** tRPC has a code for common statuses only; the HTTP status is always ours. */
const CODE_BY_STATUS: Record<number, TRPCError['code']> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
};

/** Converts an error, with the matching tRPC code. */
export function toTrpcError(error: TRPCError): TRPCError {
  const { cause } = error;
  if (!(cause instanceof AppError)) return error;
  const code = CODE_BY_STATUS[cause.status] ?? 'INTERNAL_SERVER_ERROR';
  return new TRPCError({ code, message: cause.message, cause });
}

/** Whether this is an internal error, whose details belong into the log only. */
export function isInternal(error: TRPCError): boolean {
  return appErrorOf(error)?.code === 'internal-error';
}

/** Error object of a response, free of secrets and stack traces. */
export function formatError<Shape extends { message: string; data: object }>(
  shape: Shape,
  error: TRPCError,
  redactor: Redactor,
): Shape & { data: { problem: Problem | null } } {
  const ours = appErrorOf(error);
  const problem = ours === undefined ? null : toProblem(ours);
  const formatted = { ...shape, message: ours?.message ?? shape.message, data: { ...shape.data, problem } };
  return JSON.parse(redactor.redact(JSON.stringify(formatted))) as typeof formatted;
}

/** Status and headers of a single call; those of a batch are tRPC's. */
export function responseMeta({
  errors,
  info,
}: {
  errors: readonly TRPCError[];
  info?: { isBatchCall: boolean } | undefined;
}): { status?: number; headers?: Record<string, string> } {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
  const ours = errors[0] === undefined || info?.isBatchCall === true ? undefined : appErrorOf(errors[0]);
  if (ours === undefined) return { headers };
  if (ours.retryAfter !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(ours.retryAfter)));
  return { status: ours.status, headers };
}

/** Returns undefined for tRPC's own errors, such as an unknown procedure. */
function appErrorOf(error: TRPCError): AppError | undefined {
  const { cause } = error;
  if (cause instanceof AppError) return cause;
  if (cause instanceof ZodError) {
    const issue = cause.issues[0];
    const field = issue?.path.map(String).join('.') || 'body';
    return new AppError('invalid-field', `${field}: ${issue?.message ?? 'is invalid'}`, { field });
  }
  if (error.code !== 'INTERNAL_SERVER_ERROR') return undefined;
  return new AppError('internal-error', 'Internal error; see the log of the gateway');
}
