/** Looks at errors by their code. */
import { AppError } from '#shared/errors.ts';

/** The code of the AppError that `work` throws. @throws Error when it throws nothing or something else */
export function codeOf(work: () => unknown): string {
  return thrown(work).code;
}

/** The AppError that `work` throws. @throws Error when it throws nothing or something else */
export function thrown(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The AppError that a promise rejects with. @throws Error when it resolves, or rejects with something else */
export async function rejection(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the promise did not reject');
}
