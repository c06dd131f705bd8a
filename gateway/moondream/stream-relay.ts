/**
 * Relays a stream of Moondream (server-sent events or lines of JSON) and sends the frame first.
 * Our events have a name (`event: frame`, WHATWG HTML, 9.2): clients that read Moondream's unnamed
 * events ignore them.
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

/** Sends a stream; resolves when it ends or the client has gone. A failure is sent as the last event. */
export async function relayStream(
  res: Response,
  { contentType, chunks, frame }: RelayedStream,
  redactor: Redactor,
): Promise<void> {
  // `no-transform` keeps compressing proxies from buffering (RFC 9111, 5.2.2.6).
  res.setHeader('Content-Type', contentType);
  res.setHeader('Cache-Control', 'no-cache, no-transform');
  res.setHeader('X-Accel-Buffering', 'no');
  res.flushHeaders();
  const write = contentType.startsWith('text/event-stream') ? eventText : lineText;
  const source = Readable.from(withOwnEvents({ chunks, frame, write, redactor }), {
    objectMode: true,
    highWaterMark: 1,
  });
  // Fails only when the client has gone: that ends the source and the request to Moondream.
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

async function* withOwnEvents({ chunks, frame, write, redactor }: Parts): AsyncGenerator<Buffer | string> {
  if (frame !== undefined) yield write('frame', { frame });
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The stream may have broken off within an event: an empty line ends it.
    yield `\n\n${redactor.redact(write('error', toProblem(error)))}`;
  }
}
