/** Calls to a worker over HTTP. */
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { TERM_HEADER } from '#shared/worker-lease.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { type LocalAnswer, openLocally, readAnswer, requestLocally, uploadLocally } from './local-request.ts';
import type { WorkerTarget } from './worker-address.ts';
import { answerError, connectionError } from './worker-error.ts';

/** A request of the gateway. */
export interface WorkerCall<T> {
  method: Method;
  path: string;
  json?: object;
  /** What a success carries; without it any JSON, or no body, will do. */
  schema?: z.ZodType<T>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/** A request whose answer is passed on or read by the caller. */
export interface WorkerRequest {
  method: Method;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/** A file that a worker takes. */
export interface UploadRequest {
  path: string;
  /** `content-length` among them. */
  headers: Record<string, string>;
  /** Absolute path. */
  file: string;
  signal?: AbortSignal | undefined;
}

/** An answer of any status. */
export type WorkerAnswer = LocalAnswer;

/** Methods of the routes of workers. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const TIMEOUT_MS = 5000;
const JSON_HEADERS = { 'content-type': 'application/json' };

/** Calls a worker and reads its answer. @throws AppError `worker-*`, or the error that the worker answers */
export async function call<T = unknown>(worker: WorkerTarget, options: WorkerCall<T>): Promise<T> {
  const { json, schema, ...request } = options;
  const sent = json === undefined ? {} : { headers: JSON_HEADERS, body: JSON.stringify(json) };
  const answer = await pass(worker, { ...request, ...sent });
  // A redirect is an error: it is not followed.
  if (answer.status >= 300) throw answerError(answer, worker.name);
  try {
    const body: unknown = answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString());
    return schema === undefined ? (body as T) : schema.parse(body);
  } catch (error) {
    throw connectionError(error, worker.name);
  }
}

/** Calls a worker and reads its answer line by line, each JSON. @throws AppError `worker-*`, or the error that the worker answers */
export async function* callForLines<T>(
  worker: WorkerTarget,
  { path, json, schema, signal, timeoutMs = TIMEOUT_MS }: Required<Omit<WorkerCall<T>, 'method'>>,
): AsyncGenerator<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await openLocally(`${worker.origin}${path}`, {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...headersFor(worker) },
      body: JSON.stringify(json),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      agent: worker.link?.kept,
    });
    const status = answer.statusCode ?? 0;
    if (status >= 300) throw answerError({ status, body: await readAnswer(answer) }, worker.name);
    for await (const line of createInterface({ input: answer })) yield schema.parse(JSON.parse(line));
  } catch (error) {
    throw connectionError(error, worker.name, timeout.aborted);
  }
}

/** Passes a request to a worker and returns a response of any status. @throws AppError `worker-*` when no answer came */
export async function pass(worker: WorkerTarget, request: WorkerRequest): Promise<WorkerAnswer> {
  const { method, path, headers, body, signal, timeoutMs = TIMEOUT_MS } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await requestLocally(`${worker.origin}${path}`, {
      method,
      headers: { ...headers, ...headersFor(worker) },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      agent: worker.link?.kept,
    });
  } catch (error) {
    throw connectionError(error, worker.name, timeout.aborted);
  }
}

/** Opens an answer of any status, which the caller reads or destroys. @throws AppError `worker-*` when none began in time */
export async function openAnswer(
  worker: WorkerTarget,
  { path, headers }: { path: string; headers: Record<string, string> },
): Promise<IncomingMessage> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), TIMEOUT_MS);
  try {
    return await openLocally(`${worker.origin}${path}`, {
      method: 'GET',
      headers: { ...headers, ...headersFor(worker) },
      signal: late.signal,
      agent: worker.link?.kept,
    });
  } catch (error) {
    throw connectionError(error, worker.name, late.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a file with `PUT`, however long that takes. @throws AppError `worker-*`, or the error that the worker answers */
export async function upload(
  worker: WorkerTarget,
  { path, headers, file, signal }: UploadRequest,
): Promise<void> {
  try {
    const answer = await uploadLocally(`${worker.origin}${path}`, {
      headers: { ...headers, ...headersFor(worker) },
      file,
      signal,
      agent: worker.link?.single,
    });
    if (answer.status >= 300) throw answerError(answer, worker.name);
  } catch (error) {
    throw connectionError(error, worker.name);
  }
}

/** What makes a worker take a request. */
function headersFor({ token, term }: WorkerTarget): Record<string, string> {
  return { [TOKEN_HEADER]: token, ...(term === undefined ? {} : { [TERM_HEADER]: String(term) }) };
}
