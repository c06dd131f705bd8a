/** What the worker of an agent is called among the workers of a gateway. */
import { AppError } from '#shared/errors.ts';

const PREFIX = 'agent-';
const RETRY_AFTER_S = 5;

/** Name of the worker of an agent. */
export function agentWorker(agent: string): string {
  return `${PREFIX}${agent}`;
}

/** Whether a worker is that of an agent. */
export function isAgentWorker(worker: string): boolean {
  return worker.startsWith(PREFIX);
}

/** The error of a worker whose agent is away. @param since ISO 8601; undefined for an agent that was removed */
export function agentOffline(worker: string, since: string | undefined): AppError {
  const agent = worker.slice(PREFIX.length);
  const message =
    since === undefined ? `There is no agent ${agent} any more` : `Agent ${agent} is offline since ${since}`;
  return new AppError('agent-offline', message, { retryAfter: RETRY_AFTER_S, extra: { agent } });
}
