/** Reads streamed responses: Server-Sent Events (WHATWG HTML 9.2) and lines of JSON. */

import type { FetchResponse } from './platform.ts';

/** One message of a stream; one with only an id has empty data. */
export interface StreamMessage {
  /** Default `message`. */
  event: string;
  /** Last id so far, for `Last-Event-ID` on resume. */
  id: string | undefined;
  data: string;
}

/**
 * Reads a response to its end. If the platform's fetch does not stream, everything arrives at the end.
 * @param silenceMs longest silence, milliseconds; undefined: unlimited
 * @throws Error after such a silence
 */
export async function* readMessages(
  response: FetchResponse,
  silenceMs?: number,
): AsyncGenerator<StreamMessage> {
  const isLines = /ndjson|jsonl/.test(response.headers.get('content-type') ?? '');
  let fields = new EventFields();
  for await (const line of readLines(response, silenceMs)) {
    if (isLines) {
      if (line !== '') yield { event: 'message', id: undefined, data: line };
    } else if (line === '') {
      const message = fields.finish();
      if (message !== undefined) yield message;
      fields = new EventFields(fields.id);
    } else {
      fields.take(line);
    }
  }
}

/** Fields of one event as they arrive. */
class EventFields {
  #event = 'message';
  #data: string[] = [];
  #hasId = false;
  id: string | undefined;

  constructor(id?: string) {
    this.id = id;
  }

  take(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id') {
      this.id = value;
      this.#hasId = true;
    }
  }

  finish(): StreamMessage | undefined {
    if (this.#data.length === 0 && !this.#hasId) return undefined;
    return { event: this.#event, id: this.id, data: this.#data.join('\n') };
  }
}

async function* readLines(response: FetchResponse, silenceMs?: number): AsyncGenerator<string> {
  let rest = '';
  for await (const text of readText(response, silenceMs)) {
    const lines = (rest + text).split(/\r\n|\n/);
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* readText(response: FetchResponse, silenceMs?: number): AsyncGenerator<string> {
  if (response.body === null || response.body === undefined) {
    yield await response.text();
    return;
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs);
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function within<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return work;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Nothing came for ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
