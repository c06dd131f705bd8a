/** Errors between an app and its gateway, with a code for programs and a sentence for people. */

import type { WatchFault } from './watch-state.ts';

/** Facts about a fault. */
export interface GatewayErrorFacts {
  /** Stable: one of the gateway's codes, or one of {@link CLIENT_CODES}. */
  code: string;
  message: string;
  /** HTTP status; 0 without a response. */
  status?: number | undefined;
  /** What an operator can do about it. */
  hint?: string | undefined;
  /** Name of the request field at fault. */
  field?: string | undefined;
  /** When a retry makes sense. */
  retryAfterMs?: number | undefined;
  /** The problem details (RFC 9457) as received. */
  problem?: Readonly<Record<string, unknown>> | undefined;
  cause?: unknown;
}

/** Codes of the client itself; all others are the gateway's. */
export const CLIENT_CODES = {
  unreachable: 'gateway-unreachable',
  originRefused: 'origin-refused',
  mixedContent: 'mixed-content',
  timeout: 'gateway-timeout',
  unexpected: 'unexpected-answer',
  noStreaming: 'no-streaming-fetch',
} as const;

/** Thrown by every failed call, except for aborted ones. */
export class GatewayError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly problem: Readonly<Record<string, unknown>> | undefined;

  constructor(facts: GatewayErrorFacts) {
    super(facts.message);
    // Not all platforms' type declarations know the second argument of Error.
    if (facts.cause !== undefined) Object.defineProperty(this, 'cause', { value: facts.cause });
    this.name = 'GatewayError';
    this.code = facts.code;
    this.status = facts.status ?? 0;
    this.hint = facts.hint;
    this.field = facts.field;
    this.retryAfterMs = facts.retryAfterMs;
    this.problem = facts.problem;
  }
}

/** Parses an error response. @param retryAfter the `Retry-After` header, RFC 9110 section 10.2.3 */
export function errorOfAnswer(status: number, text: string, retryAfter: string | null): GatewayError {
  const problem = parseObject(text);
  const given = (name: string): string | undefined =>
    typeof problem?.[name] === 'string' ? (problem[name] as string) : undefined;
  return new GatewayError({
    code: given('code') ?? CLIENT_CODES.unexpected,
    message: given('error') ?? given('detail') ?? `The gateway answered with status ${status}`,
    status,
    hint: given('hint'),
    field: given('field'),
    retryAfterMs: parseRetryAfter(retryAfter),
    problem,
  });
}

/** No response at all. */
export function unreachable(cause: unknown): GatewayError {
  return new GatewayError({
    code: CLIENT_CODES.unreachable,
    message: 'The gateway cannot be reached',
    hint: 'Check the address of the gateway, that it runs, and that this device is on a network that reaches it.',
    cause,
  });
}

/** The gateway answers, but lets no page of this origin read it (CORS). */
export function originRefused(origin: string, cause: unknown): GatewayError {
  return new GatewayError({
    code: CLIENT_CODES.originRefused,
    message: `The gateway answers, but not to pages of ${origin}`,
    hint: `Start the gateway with ALLOWED_ORIGINS=${origin}`,
    cause,
  });
}

/** Browsers let an encrypted page call nothing that is not (W3C Mixed Content). */
export function mixedContent(baseUrl: string, cause: unknown): GatewayError {
  return new GatewayError({
    code: CLIENT_CODES.mixedContent,
    message: `A page loaded by https may not call ${baseUrl}`,
    hint: 'Put a proxy with TLS before the gateway, or load the page by http.',
    cause,
  });
}

/** A thrown error as the fault that viewers see. */
export function faultOf(error: unknown): WatchFault {
  if (error instanceof GatewayError) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { code: CLIENT_CODES.unexpected, message, hint: undefined };
}

/** Seconds or an HTTP date. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null || header === '') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
