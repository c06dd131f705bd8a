/** The one mapping of what goes wrong at a worker to errors for clients. */
import { AppError, type ErrorCode, STATUS_BY_CODE } from '#shared/errors.ts';

const RETRY_AFTER_S = 1;

/** The error of an answer that is no success: the worker's own code where it is one of ours. */
export function answerError({ status, body }: { status: number; body: Buffer }, worker: string): AppError {
  const { code, error, field } = parseProblem(body);
  if (code !== undefined && Object.hasOwn(STATUS_BY_CODE, code)) {
    return new AppError(code as ErrorCode, error ?? code, field === undefined ? {} : { field });
  }
  return new AppError('worker-failed', `Worker ${worker} answered with status ${status}`);
}

/** The error of a request that got no usable answer. @param isLate the wait for it timed out */
export function connectionError(error: unknown, worker: string, isLate = false): AppError {
  if (error instanceof AppError) return error;
  const options = { cause: error, retryAfter: RETRY_AFTER_S };
  if (isLate) return new AppError('worker-timeout', `Worker ${worker} did not answer in time`, options);
  if (codeOf(error) === 'ECONNREFUSED') {
    return new AppError('worker-not-ready', `Worker ${worker} is being restarted`, options);
  }
  return new AppError('worker-failed', `Worker ${worker} gave no usable answer`, options);
}

/** Code of a system error. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

function parseProblem(body: Buffer): { code?: string; error?: string; field?: string } {
  try {
    return (JSON.parse(body.toString()) ?? {}) as object;
  } catch {
    return {};
  }
}
