/** Passes one request of WebRTC signalling to a worker and brings its answer back. */
import got, { type Method, RequestError, TimeoutError } from 'got';
import { AppError } from '#shared/errors.ts';
import { SESSION_NUMBER_HEADER, TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { WorkerTarget } from './client.ts';

/** What is passed on. */
export interface WorkerRequest {
  method: Method;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Number of the session it opens. */
  number?: number;
}

/** What came back; whatever its status, it is the worker's own word. */
export interface WorkerAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const TIMEOUT_MS = 10_000;

/** Makes the call. @throws AppError `worker-timeout`, `worker-not-ready` */
export async function callWorker(worker: WorkerTarget, request: WorkerRequest): Promise<WorkerAnswer> {
  const { method, path, headers = {}, body, number } = request;
  try {
    const response = await got(`${worker.origin}${path}`, {
      method,
      headers: {
        ...headers,
        [TOKEN_HEADER]: worker.token,
        ...(number === undefined ? {} : { [SESSION_NUMBER_HEADER]: String(number) }),
      },
      ...(body === undefined ? {} : { body }),
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
      timeout: { request: TIMEOUT_MS },
    });
    return { status: response.statusCode, headers: response.headers, body: response.body };
  } catch (error) {
    if (error instanceof TimeoutError) {
      throw new AppError('worker-timeout', 'The camera process did not answer in time', {
        cause: error,
        retryAfter: 1,
      });
    }
    if (!(error instanceof RequestError)) throw error;
    throw new AppError('worker-not-ready', 'The camera process is being restarted', {
      cause: error,
      retryAfter: 1,
    });
  }
}
