/**
 * The one error class of the product. Code branches on `code`, people read
 * `message`, clients get both as RFC 9457 problem details.
 */
import { HINT_BY_CODE } from './error-hints.ts';

/** Every stable error code with its HTTP status. */
export const STATUS_BY_CODE = {
  'missing-field': 400,
  'invalid-field': 400,
  'unknown-field': 400,
  'invalid-json': 400,
  'body-too-large': 413,
  'not-found': 404,
  'method-not-allowed': 405,
  'camera-not-found': 404,
  'no-frame-yet': 404,
  'no-video-yet': 503,
  'mse-unsupported-codec': 406,
  'hls-unsupported-codec': 406,
  'stale-frame': 503,
  'camera-unreachable': 502,
  'camera-address-denied': 403,
  'camera-refused': 502,
  'camera-timeout': 504,
  'camera-unauthorized': 502,
  'camera-path-not-found': 502,
  'camera-no-video-track': 502,
  'camera-unsupported-codec': 502,
  'camera-no-frames': 504,
  'camera-protocol-error': 502,
  'camera-picture-too-large': 502,
  'camera-quarantined': 503,
  'camera-limit': 503,
  'camera-sends-too-much': 502,
  'camera-busy': 503,
  'camera-redirected': 502,
  'camera-encrypted': 502,
  'camera-unknown-digest': 502,
  'camera-tls-failed': 502,
  'camera-transport-refused': 502,
  'camera-undecodable': 502,
  'camera-video-unreadable': 502,
  'camera-disconnected': 503,
  'control-unreachable': 502,
  'control-unauthorized': 502,
  'control-refused': 502,
  'control-unsupported': 409,
  'ptz-not-configured': 409,
  'ptz-busy': 409,
  'ptz-interrupted': 409,
  'object-not-seen': 404,
  'camera-replaced': 409,
  'camera-exists': 409,
  'camera-from-file': 409,
  'wrong-key': 403,
  'too-many-requests': 429,
  'too-many-connections': 503,
  unauthorized: 401,
  forbidden: 403,
  'forged-request': 403,
  'wrong-host': 421,
  'worker-not-ready': 503,
  'no-worker-with-labels': 503,
  'worker-busy': 503,
  'worker-failed': 502,
  'worker-timeout': 504,
  'stale-order': 409,
  'not-restartable': 409,
  'upload-needs-own-worker': 409,
  'camera-stream-not-found': 404,
  'camera-stream-exists': 409,
  'upload-incomplete': 400,
  'upload-too-large': 413,
  'upload-too-slow': 408,
  'upload-quota-full': 507,
  'upload-store-unavailable': 503,
  'video-removed': 410,
  'not-a-video': 415,
  'unsupported-media-type': 415,
  'range-not-satisfiable': 416,
  'agent-exists': 409,
  'agent-not-found': 404,
  'agent-offline': 503,
  'too-many-agents': 409,
  'key-not-found': 404,
  'too-many-keys': 409,
  'pairing-not-found': 404,
  'delivery-not-found': 404,
  'delivery-delivered': 409,
  'event-not-found': 404,
  'clip-not-found': 404,
  'recording-not-found': 404,
  'secret-unreadable': 500,
  'mediamtx-unreachable': 502,
  'mediamtx-timeout': 504,
  'mediamtx-unauthorized': 502,
  'mediamtx-invalid-answer': 502,
  'mediamtx-refused': 502,
  'email-not-configured': 503,
  'moondream-not-configured': 503,
  'moondream-bad-request': 400,
  'moondream-unauthorized': 502,
  'moondream-rate-limited': 429,
  'moondream-busy': 503,
  'moondream-unreachable': 502,
  'moondream-failed': 502,
  'moondream-timeout': 504,
  'moondream-unavailable': 503,
  'moondream-budget-spent': 429,
  'vlm-not-configured': 503,
  'vlm-bad-request': 400,
  'vlm-unauthorized': 502,
  'vlm-rate-limited': 429,
  'vlm-busy': 503,
  'vlm-unreachable': 502,
  'vlm-failed': 502,
  'vlm-timeout': 504,
  'vlm-unavailable': 503,
  'vlm-budget-spent': 429,
  'reasoning-not-configured': 503,
  'skill-unsupported': 422,
  'model-refused': 422,
  'answer-unreadable': 502,
  'answer-not-found': 404,
  'set-by-environment': 409,
  'question-superseded': 409,
  'watch-not-found': 404,
  'zone-not-found': 404,
  'analysis-off': 503,
  'too-many-watches': 409,
  'notification-not-found': 404,
  'too-many-notifications': 409,
  'storage-full': 507,
  'storage-unavailable': 503,
  'session-not-found': 404,
  'session-state': 409,
  'camera-removed': 410,
  'invalid-sdp': 400,
  'precondition-failed': 412,
  'precondition-required': 428,
  'ice-restart-unsupported': 422,
  'webrtc-unsupported-codec': 406,
  'webrtc-b-frames': 406,
  'webrtc-unavailable': 503,
  'webrtc-peer-gone': 408,
  'webrtc-unanswered': 408,
  draining: 503,
  'internal-error': 500,
} as const;

/** A stable error code. */
export type ErrorCode = keyof typeof STATUS_BY_CODE;

/** Extra facts an {@link AppError} carries to the client. */
export interface AppErrorOptions {
  cause?: unknown;
  /** Name of the request field at fault. */
  field?: string;
  /** Seconds for the `Retry-After` header. */
  retryAfter?: number;
  /** Further members of the problem details, never secret. */
  extra?: Record<string, unknown>;
}

/** Longer than any message of ours; longer ones contain text of a client or peer. */
const MAX_MESSAGE_LENGTH = 4096;
/** Kept characters of a peer's text: enough to recognise it. */
const MAX_PEER_LENGTH = 64;

/** A peer's text for use in a message: at most 64 characters, on one line. */
export function peerWords(text: string): string {
  const start = text.slice(0, MAX_PEER_LENGTH).replace(/\p{Cc}/gu, ' ');
  return text.length > MAX_PEER_LENGTH ? `${start}…` : start;
}

/** An operational error with a stable code; all other errors are bugs. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;
  readonly extra: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(
      message.slice(0, MAX_MESSAGE_LENGTH),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'AppError';
    this.code = code;
    this.field = options.field;
    this.retryAfter = options.retryAfter;
    this.extra = options.extra;
  }

  /** HTTP status of the response. */
  get status(): number {
    return STATUS_BY_CODE[this.code];
  }

  /** What an operator can do about it, if known. */
  get hint(): string | undefined {
    return HINT_BY_CODE[this.code];
  }
}

/** Problem details (RFC 9457) plus the `error` string that older clients read. */
export interface Problem {
  error: string;
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  hint?: string;
  field?: string;
  [extra: string]: unknown;
}

/** Builds the JSON body for an error. `message` must already be free of secrets. */
export function toProblem(error: AppError): Problem {
  return {
    ...error.extra,
    error: error.message,
    type: `urn:visual-reasoning-gateway:problem:${error.code}`,
    title: error.code.replaceAll('-', ' '),
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.field === undefined ? {} : { field: error.field }),
  };
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
