/**
 * Maps failures of model servers to error codes (docs/contract.md, sections 4 and 12). OpenAI and the cloud of
 * Moondream answer `{error: {message, type}}` or text, Gemini an array of one of these, Moondream Station and
 * some gateways 200 with an `error`.
 */
import type { RequestError } from 'got';
import { AppError } from '#shared/errors.ts';
import type { Deadline } from './deadline.ts';
import type { Vendor } from './vendor.ts';

const DETAIL_LENGTH = 300;
const RETRY_AFTER_S = 1;
const MAX_RETRY_AFTER_S = 600;
/** Gemini answers 400 to a wrong key. */
const BAD_KEY = /API key not valid|API_KEY_INVALID/i;
/** The client's request is invalid. */
const REQUEST_AT_FAULT = new Set([400, 413, 415, 422]);

/** The error of an answer that is not 2xx. A 401 concerns the gateway's key, not the client's login. */
export function errorOfStatus(
  { code, name }: Vendor,
  { status, text, retryAfter }: { status: number; text: string; retryAfter: string | undefined },
): AppError {
  const extra = { upstreamStatus: status };
  if (status === 401 || status === 403 || (status === 400 && BAD_KEY.test(text))) {
    return new AppError(`${code}-unauthorized`, `${name} does not accept the key of this gateway`, {
      extra,
    });
  }
  if (status === 429) {
    return new AppError(`${code}-rate-limited`, `${name} takes no more requests of this key for now`, {
      extra,
      retryAfter: secondsOf(retryAfter) ?? RETRY_AFTER_S,
    });
  }
  const detail = detailOf(parse(text) ?? text);
  if (REQUEST_AT_FAULT.has(status)) {
    return new AppError(`${code}-bad-request`, `${name} refuses the request${detail}`, { extra });
  }
  if (status === 504) return new AppError(`${code}-timeout`, `${name} took too long${detail}`, { extra });
  return new AppError(`${code}-failed`, `${name} answered with status ${status}${detail}`, { extra });
}

/** The error that a 200 carries in its body, if any. */
export function errorInBody({ code, name }: Vendor, body: Record<string, unknown>): AppError | undefined {
  const { error, status } = body;
  if (error === undefined || error === null || error === false) return undefined;
  const detail = detailOf(body);
  if (status === 'rejected') {
    return new AppError(`${code}-busy`, `${name} is busy${detail}`, {
      retryAfter: RETRY_AFTER_S,
    });
  }
  if (status === 'timeout') return new AppError(`${code}-timeout`, `${name} took too long${detail}`);
  return new AppError(`${code}-failed`, `${name} could not answer${detail}`);
}

/** The error of a request that failed. Hides got's errors: they contain the API key. */
export function errorOfFailure({ code, name }: Vendor, error: unknown, deadline: Deadline): AppError {
  if (error instanceof AppError) return error;
  if (deadline.isLate || nameOf(error) === 'TimeoutError') {
    return new AppError(`${code}-timeout`, `${name} did not answer in time`);
  }
  const reason = codeOfRequest(error) ?? 'unknown';
  return new AppError(`${code}-unreachable`, `${name} could not be reached (${reason})`);
}

/** The system's code of a request that failed; undefined for other errors. */
export function codeOfRequest(error: unknown): string | undefined {
  return (error as Partial<RequestError> | undefined)?.code;
}

/** Got is loaded with the first request: its errors are known by name. */
function nameOf(error: unknown): string | undefined {
  return (error as Partial<RequestError> | undefined)?.name;
}

/** Whether the server is down or unusable, rather than one request invalid. */
export function isOutage({ code, extra }: AppError): boolean {
  if (/^(?:moondream|vlm)-failed$/.test(code)) return Number(extra?.upstreamStatus ?? 0) >= 500;
  return /^(?:moondream|vlm)-(?:unreachable|timeout|unauthorized)$/.test(code);
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
  if (Array.isArray(body)) return wordsOf(body[0]);
  const { error, message, detail } = body as Record<string, unknown>;
  const inner = error ?? message ?? detail;
  return Array.isArray(inner) ? JSON.stringify(inner) : wordsOf(inner);
}
