/**
 * Servers with OpenAI's chat completions as they are published: OpenAI (API reference, "Chat Completions"),
 * Ollama (docs/api/openai-compatibility), vLLM ("OpenAI-Compatible Server"), LM Studio ("OpenAI Compatibility
 * Endpoints") and Gemini ("OpenAI compatibility"). They differ in paths, members and above all in errors.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bodyOf, listening, originOf, stop } from '../support/serve.ts';

export const FLAVOURS = ['openai', 'ollama', 'vllm', 'lmstudio', 'gemini'] as const;
export type Flavour = (typeof FLAVOURS)[number];

/** What a server was asked. */
export interface ChatCall {
  path: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  body: any;
}

/** Answers one call, in place of the usual words. */
export type ChatReply = (response: ServerResponse, call: ChatCall) => void;

const BASES: Record<Flavour, string> = {
  openai: '/v1',
  ollama: '/v1',
  vllm: '/v1',
  lmstudio: '/v1',
  gemini: '/v1beta/openai',
};
const KEYS: Partial<Record<Flavour, string>> = { openai: 'sk-S3cr3tC4nary', gemini: 'AIzaS3cr3tC4nary' };

/** One server of one kind. */
export class ModelServerDouble {
  readonly calls: ChatCall[] = [];
  /** Connections that ended before their answer did. */
  brokenOff = 0;
  /** What the model says; its words come one by one where a stream is wanted. */
  words: string | ((call: ChatCall) => string) = 'The gate is open.';
  /** In place of words, once for each. */
  readonly replies: ChatReply[] = [];
  readonly flavour: Flavour;
  readonly #server: Server;

  private constructor(flavour: Flavour) {
    this.flavour = flavour;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async open(flavour: Flavour = 'openai'): Promise<ModelServerDouble> {
    const double = new ModelServerDouble(flavour);
    await listening(double.#server);
    return double;
  }

  get url(): string {
    return `${originOf(this.#server)}${BASES[this.flavour]}`;
  }

  /** The key that it wants; undefined: none. */
  get key(): string | undefined {
    return KEYS[this.flavour];
  }

  close(): void {
    stop(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    if (text === undefined) return;
    response.once('close', () => {
      if (!response.writableFinished) this.brokenOff += 1;
    });
    const call = {
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? {} : JSON.parse(text),
    };
    if (call.path === `${BASES[this.flavour]}/models`) {
      sendJson(response, 200, {
        object: 'list',
        data: [{ id: 'a-model', object: 'model', owned_by: 'library' }],
      });
      return;
    }
    this.calls.push(call);
    if (call.path !== `${BASES[this.flavour]}/chat/completions`)
      return wrongPath(response, this.flavour, call.path);
    if (this.key !== undefined && call.headers.authorization !== `Bearer ${this.key}`)
      return refuseKey(response, this.flavour);
    const reply =
      this.replies.shift() ??
      say(typeof this.words === 'string' ? this.words : this.words(call), this.flavour);
    reply(response, call);
  }
}

/** Says these words, as this server writes them. */
export function say(words: string, flavour: Flavour = 'openai'): ChatReply {
  return (response, { body }) => {
    if (body.stream === true) return stream(response, flavour, pieces(words), true);
    const message = { role: 'assistant', content: words, ...MESSAGE_EXTRAS[flavour] };
    sendJson(response, 200, completion(flavour, { index: 0, message, finish_reason: 'stop' }));
  };
}

/** Begins to say these words and breaks the connection. */
export function breakOff(words: string): ChatReply {
  return (response) => stream(response, 'openai', pieces(words), false);
}

/** Declines, as OpenAI's models do. */
export const decline: ChatReply = (response) => {
  const message = { role: 'assistant', content: null, refusal: "I'm sorry, I can't identify people." };
  sendJson(response, 200, completion('openai', { index: 0, message, finish_reason: 'stop' }));
};

/** Answers an error of a status. */
export function fail(status: number, body: unknown, headers: Record<string, string> = {}): ChatReply {
  return (response) => sendJson(response, status, body, headers);
}

/** Fails within a stream that has begun. */
export const failInStream: ChatReply = (response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify(chunk('lmstudio', { content: 'The' }, null))}\n\n`);
  response.end('event: error\ndata: {"error":{"message":"Model unloaded"}}\n\n');
};

/** Never answers. */
export const hang: ChatReply = () => {};

const MESSAGE_EXTRAS: Record<Flavour, object> = {
  openai: { refusal: null, annotations: [] },
  ollama: {},
  vllm: { reasoning_content: null, tool_calls: [] },
  lmstudio: {},
  gemini: { extra_content: { google: { thought_signature: 'x' } } },
};

function completion(flavour: Flavour, choice: object): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'a-model',
    choices: [choice],
    usage: { prompt_tokens: 700, completion_tokens: 5, total_tokens: 705 },
    ...(flavour === 'ollama' ? { system_fingerprint: 'fp_ollama' } : {}),
    ...(flavour === 'lmstudio' ? { stats: {} } : {}),
  };
}

function chunk(flavour: Flavour, delta: object, reason: string | null): object {
  const { usage: _usage, ...rest } = completion(flavour, { index: 0, delta, finish_reason: reason }) as {
    usage: object;
  };
  return { ...rest, object: 'chat.completion.chunk' };
}

function stream(
  response: ServerResponse,
  flavour: Flavour,
  words: readonly string[],
  isWhole: boolean,
): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  const send = (data: object): void => void response.write(`data: ${JSON.stringify(data)}\n\n`);
  send(chunk(flavour, { role: 'assistant', content: '' }, null));
  for (const content of words) send(chunk(flavour, { content }, null));
  if (!isWhole) {
    response.socket?.end();
    return;
  }
  send(chunk(flavour, {}, 'stop'));
  // Of usage, without a choice.
  if (flavour === 'vllm') send({ ...completion(flavour, {}), choices: [] });
  response.end('data: [DONE]\n\n');
}

function pieces(words: string): string[] {
  return words.match(/\s*\S+/g) ?? [];
}

function wrongPath(response: ServerResponse, flavour: Flavour, path: string): void {
  // LM Studio answers 200 to any path.
  if (flavour === 'lmstudio')
    sendJson(response, 200, { error: `Unexpected endpoint or method. (POST ${path}). Returning 200 anyway` });
  else
    sendJson(response, 404, {
      error: { message: `Invalid URL (POST ${path})`, type: 'invalid_request_error' },
    });
}

function refuseKey(response: ServerResponse, flavour: Flavour): void {
  if (flavour === 'gemini')
    sendJson(response, 400, [
      {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
        },
      },
    ]);
  else
    sendJson(response, 401, {
      error: {
        message: 'Incorrect API key provided',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      },
    });
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
