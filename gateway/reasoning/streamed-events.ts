/** Reads the JSON messages of a streamed answer: server-sent events, or one JSON text a line. */
import { createParser } from 'eventsource-parser';

/** OpenAI's end of a stream. */
const DONE = '[DONE]';

/**
 * The messages of a stream as they come; `done` for OpenAI's last one. What is no JSON is left out.
 * @throws what `chunks` throws
 */
export async function* streamedEvents(
  chunks: AsyncIterable<Buffer>,
  contentType: string,
): AsyncGenerator<Record<string, unknown> | 'done'> {
  const messages: string[] = [];
  const read = contentType.startsWith('text/event-stream') ? eventReader(messages) : lineReader(messages);
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    read(decoder.decode(chunk, { stream: true }));
    for (const message of messages.splice(0)) {
      if (message.trim() === DONE) yield 'done';
      else yield* objectIn(message);
    }
  }
  read('\n\n');
  for (const message of messages) yield* objectIn(message);
}

function eventReader(messages: string[]): (text: string) => void {
  const parser = createParser({ onEvent: ({ data }) => void messages.push(data) });
  return (text) => parser.feed(text);
}

function lineReader(messages: string[]): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    messages.push(...lines);
  };
}

function* objectIn(text: string): Generator<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) yield value as Record<string, unknown>;
  } catch {
    // A comment, or half a message of a stream that broke off, which its end tells.
  }
}
