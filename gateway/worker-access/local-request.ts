/**
 * A request to a worker, by Node's own client: the gateway's start waits for no library,
 * and redirects, proxies, retries and compression have no place here.
 */
import { createReadStream } from 'node:fs';
import type { Agent, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { http } from '#shared/http/node-http.ts';

/** What is sent. */
export interface LocalRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Ends the request and its answer. */
  signal: AbortSignal;
  /** Node's own by default, which keeps connections. */
  agent?: Agent | undefined;
}

/** An answer of any status. */
export interface LocalAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** A file that is sent. */
export interface LocalUpload {
  /** `content-length` among them. */
  headers: Record<string, string>;
  /** Absolute path. */
  file: string;
  signal?: AbortSignal | undefined;
  agent?: Agent | undefined;
}

/** A connection on which nothing moves this long is over, milliseconds. */
const IDLE_MS = 30_000;
/** Larger than any answer of a worker; one on another network may be in foreign hands. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Sends a request and reads its answer. @throws Error of the connection; a redirect is an answer */
export async function requestLocally(url: string, options: LocalRequest): Promise<LocalAnswer> {
  const answer = await openLocally(url, options);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await readAnswer(answer) };
}

/** Reads the body of an answer. @throws Error for one that is too long, whose connection ends */
export async function readAnswer(answer: IncomingMessage, maxBytes = MAX_ANSWER_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends a request. @returns the answer, whose body is not read yet @throws Error of the connection */
export function openLocally(
  url: string,
  { method, headers, body, signal, agent }: LocalRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, signal, ...(agent && { agent }) };
    http.request(url, options, resolve).on('error', reject).end(body);
  });
}

/** Sends a file with `PUT` and reads the answer. @throws Error of the connection or of the file */
export async function uploadLocally(
  url: string,
  { headers, file, signal, agent }: LocalUpload,
): Promise<LocalAnswer> {
  const options = { method: 'PUT', headers, ...(signal && { signal }), ...(agent && { agent }) };
  const sent = http.request(url, options);
  sent.setTimeout(IDLE_MS, () => sent.destroy(new Error('the worker takes nothing any more')));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.on('response', resolve).on('error', reject);
  // A refusal comes before the end of the file, and is worth more than the connection that then breaks.
  pipeline(createReadStream(file), sent).catch(reject);
  const answer = await promise;
  const read = { status: answer.statusCode ?? 0, headers: answer.headers, body: await readAnswer(answer) };
  if (!sent.writableFinished) sent.destroy();
  return read;
}
