/**
 * Maps failures of Moondream to error codes (docs/contract.md, section 4). Moondream documents no
 * errors: the cloud answers `{error: {message, type}}` or text, Moondream Station 200 with
 * `{error, status}`.
 */
import { RequestError, TimeoutError } from 'got';
import { AppError } from '#shared/errors.ts';
import type { Deadline } from './deadline.ts';

const DETAIL_LENGTH = 300;
const RETRY_AFTER_S = 1;
const MAX_RETRY_AFTER_S = 600;
/** The client's request is invalid. */
const REQUEST_AT_FAULT = new Set([400, 413, 415, 422]);

/** The error of an answer that is not 2xx. A 401 concerns the gateway's key, not the client's login. */
export function errorOfStatus(status: number, text: string, retryAfter: string | undefined): AppError {
  const extra = { upstreamStatus: status };
  if (status === 401 || status === 403) {
    return new AppError('moondream-unauthorized', 'Moondream does not accept the key of this gateway', {
      extra,
    });
  }
  if (status === 429) {
    return new AppError('moondream-rate-limited', 'Moondream takes no more requests of this key for now', {
      extra,
      retryAfter: secondsOf(retryAfter) ?? RETRY_AFTER_S,
    });
  }
  const detail = detailOf(parse(text) ?? text);
  if (REQUEST_AT_FAULT.has(status)) {
    return new AppError('moondream-bad-request', `Moondream refuses the request${detail}`, { extra });
  }
  if (status === 504) return new AppError('moondream-timeout', `Moondream took too long${detail}`, { extra });
  return new AppError('moondream-failed', `Moondream answered with status ${status}${detail}`, { extra });
}

/** The error that a 200 carries in its body, if any. */
export function errorInBody(body: Record<string, unknown>): AppError | undefined {
  const { error, status } = body;
  if (error === undefined || error === null || error === false) return undefined;
  const detail = detailOf(body);
  if (status === 'rejected') {
    return new AppError('moondream-busy', `Moondream has too much to do${detail}`, {
      retryAfter: RETRY_AFTER_S,
    });
  }
  if (status === 'timeout') return new AppError('moondream-timeout', `Moondream took too long${detail}`);
  return new AppError('moondream-failed', `Moondream could not answer${detail}`);
}

/** The error of a request that failed. Hides got's errors: they contain the API key. */
export function errorOfFailure(error: unknown, deadline: Deadline): AppError {
  if (error instanceof AppError) return error;
  if (deadline.isLate || error instanceof TimeoutError) {
    return new AppError('moondream-timeout', 'Moondream did not answer in time');
  }
  const code = error instanceof RequestError ? error.code : 'unknown';
  return new AppError('moondream-unreachable', `Moondream could not be reached (${code})`);
}

/** Whether Moondream is down or unusable, rather than one request invalid. */
export function isOutage({ code, extra }: AppError): boolean {
  if (code === 'moondream-failed') return Number(extra?.upstreamStatus ?? 0) >= 500;
  return ['moondream-unreachable', 'moondream-timeout', 'moondream-unauthorized'].includes(code);
}

/** Reads Retry-After, delay or date (RFC 9110, section 10.2.3), as seconds from now. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined || retryAfter === '') return undefined;
  const given = Number(retryAfter);
  const seconds = Number.isFinite(given) ? given : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(MAX_RETRY_AFTER_S, Math.max(0, seconds));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function detailOf(body: unknown): string {
  const text = wordsOf(body).replace(/\s+/g, ' ').trim().slice(0, DETAIL_LENGTH);
  return text === '' ? '' : `: ${text}`;
}

/** Finds the message in an error body. */
function wordsOf(body: unknown): string {
  if (typeof body === 'string') return body.startsWith('<') ? '' : body;
  if (typeof body !== 'object' || body === null) return '';
  const { error, message, detail } = body as Record<string, unknown>;
  const inner = error ?? message ?? detail;
  return Array.isArray(inner) ? JSON.stringify(inner) : wordsOf(inner);
}
