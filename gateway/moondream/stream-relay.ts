/**
 * Passes a stream of Moondream on as it comes, in either of its dialects, with
 * facts of ours in front. Events of ours carry a name (`event: frame`, WHATWG HTML,
 * 9.2), so that readers of Moondream's unnamed ones do not meet them.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { AppError, toProblem } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';

/** A stream to be relayed. */
export interface RelayedStream {
  contentType: string;
  chunks: AsyncIterable<Buffer>;
  /** First event; undefined: none. */
  frame: object | undefined;
}

/** Sends a stream; resolves when it is over, however. A failure under way is told as a last event. */
export async function relayStream(
  res: Response,
  { contentType, chunks, frame }: RelayedStream,
  redactor: Redactor,
): Promise<void> {
  // `no-transform` keeps compressing proxies from holding back what has come (RFC 9111, 5.2.2.6).
  res.setHeader('Content-Type', contentType);
  res.setHeader('Cache-Control', 'no-cache, no-transform');
  res.setHeader('X-Accel-Buffering', 'no');
  res.flushHeaders();
  const write = contentType.startsWith('text/event-stream') ? eventText : lineText;
  const source = Readable.from(withOurs({ chunks, frame, write, redactor }), {
    objectMode: true,
    highWaterMark: 1,
  });
  // It fails only when the client has gone, which ends the source and with it the request to Moondream.
  await pipeline(source, res).catch(() => {});
}

type WriteEvent = (name: string, data: object) => string;

const eventText: WriteEvent = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const lineText: WriteEvent = (_name, data) => `${JSON.stringify(data)}\n`;

interface Parts {
  chunks: AsyncIterable<Buffer>;
  frame: object | undefined;
  write: WriteEvent;
  redactor: Redactor;
}

async function* withOurs({ chunks, frame, write, redactor }: Parts): AsyncGenerator<Buffer | string> {
  if (frame !== undefined) yield write('frame', { frame });
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What broke off may have ended within an event.
    yield `\n\n${redactor.redact(write('error', toProblem(error)))}`;
  }
}
