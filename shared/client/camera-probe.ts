/** Finds the streams of a camera of which only the address is known. */
import type { ProbeAnswer, ProbedStream, ProbeRequest, ProbeStep } from './api-types.ts';
import { CLIENT_CODES, GatewayError, unreachable } from './gateway-error.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { readMessages } from './message-stream.ts';

/** What is told while the camera is looked for; React Native's own fetch tells it all at the end. */
export interface ProbeOptions extends CallOptions {
  /** A line of the checklist. */
  onStep?: (step: ProbeStep) => void;
  onStream?: (stream: ProbedStream) => void;
}

const PATH = '/api/cameras/probe';
/** Longer than any search. */
const TIMEOUT_MS = 80_000;

/** Looks for streams; a camera that is not found is no error, its steps say why. @throws GatewayError */
export async function probeCamera(
  http: HttpClient,
  request: ProbeRequest,
  { onStep, onStream, signal, timeoutMs = TIMEOUT_MS }: ProbeOptions,
): Promise<ProbeAnswer> {
  const call = { method: 'POST', json: request, signal, timeoutMs };
  const headers = { Accept: 'text/event-stream' };
  return http.read(PATH, { ...call, headers }, async (response) => {
    for await (const { event, data } of readMessages(response)) {
      const value: unknown = JSON.parse(data);
      if (event === 'step') onStep?.(value as ProbeStep);
      else if (event === 'stream') onStream?.(value as ProbedStream);
      else if (event === 'result') return value as ProbeAnswer;
      else if (event === 'error') throw failure(value as Record<string, unknown>);
    }
    throw unreachable(new Error('the answer broke off'));
  });
}

function failure(problem: Record<string, unknown>): GatewayError {
  const { error, code, status, hint } = problem;
  return new GatewayError({
    code: typeof code === 'string' ? code : CLIENT_CODES.unexpected,
    message: String(error),
    status: Number(status),
    hint: typeof hint === 'string' ? hint : undefined,
    problem,
  });
}
