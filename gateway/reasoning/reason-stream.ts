/** Sends what happens while a question is answered, as server-sent events. */
import type { Response } from 'express';
import { AppError, toProblem } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import { EVENT_STREAM_HEADERS } from '../http/event-stream.ts';
import type { ReasonEvent } from './reason-desk.ts';

/** Proxies cut connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000;

/**
 * Runs a question and sends its events: `frame`, `text`, `answer`, `error` for one camera, and `done` at the end.
 * @param run asks, and calls its argument with each event
 */
export async function streamReason(
  res: Response,
  run: (onEvent: (event: ReasonEvent) => void) => Promise<unknown>,
  redactor: Redactor,
): Promise<void> {
  res.writeHead(200, EVENT_STREAM_HEADERS);
  res.flushHeaders();
  const heartbeat = setInterval(() => res.write(': still asking\n\n'), HEARTBEAT_MS);
  const write = (name: string, data: object): void => {
    if (!res.destroyed) res.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  let hasFailed = false;
  try {
    await run((event) => {
      if (event.name === 'error') hasFailed = true;
      write(event.name, dataOf(event));
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const problem = toProblem(error);
    // Each camera has told its own failure already.
    if (!hasFailed) write('error', { error: { ...problem, ...redacted(problem, redactor) } });
  } finally {
    clearInterval(heartbeat);
    write('done', {});
    res.end();
  }
}

function redacted({ error, detail }: { error: string; detail: string }, redactor: Redactor) {
  return { error: redactor.redact(error), detail: redactor.redact(detail) };
}

function dataOf(event: ReasonEvent): object {
  if (event.name === 'answer') return event.answer;
  if (event.name === 'error') return event.failure;
  const { name: _name, ...data } = event;
  return data;
}
