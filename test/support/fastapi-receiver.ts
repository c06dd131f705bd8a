/** Plays the analysis backend: a FastAPI-shaped `POST /api/camera-stream` that takes the contract's exact body. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bodyOf, listening, originOf, stop } from './serve.ts';

/** A request as it came. */
export interface ReceivedDelivery {
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  /** The exact bytes of the body. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  body: any;
}

/** What one request is answered with, in place of what FastAPI would say. */
export type Reply = (response: ServerResponse, request: ReceivedDelivery) => void | Promise<void>;

const MEMBERS = ['camera_id', 'camera_description', 'stream_type', 'rtsp_url', 'video_url'];

/** Listens on a free port of this machine. */
export class FastApiReceiver {
  readonly received: ReceivedDelivery[] = [];
  /** Requests under way now, and the most there were, of all cameras and of any one. */
  underWay = 0;
  mostUnderWay = 0;
  mostOfOneCamera = 0;
  /** Answers in place of the usual one, when set. */
  reply: Reply | undefined;
  readonly #byCamera = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static async open(): Promise<FastApiReceiver> {
    const receiver = new FastApiReceiver();
    await listening(receiver.#server);
    return receiver;
  }

  /** Its base URL: APP_PY_URL. */
  get url(): string {
    return originOf(this.#server);
  }

  /** `webhook-id` of every request, in order of arrival. */
  get ids(): (string | undefined)[] {
    return this.received.map(({ headers }) => headers['webhook-id'] as string | undefined);
  }

  async close(): Promise<void> {
    stop(this.#server);
    await once(this.#server, 'close');
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await bodyOf(request);
    if (sent === undefined) return;
    const received = { url: request.url ?? '', headers: request.headers, text: sent, body: parse(sent) };
    this.received.push(received);
    const end = this.#begin(String(received.body?.camera_id));
    response.once('close', end);
    if (this.reply !== undefined) await this.reply(response, received);
    else answer(response, request, received.body);
  }

  #begin(cameraId: string): () => void {
    const ofCamera = (this.#byCamera.get(cameraId) ?? 0) + 1;
    this.#byCamera.set(cameraId, ofCamera);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    this.mostOfOneCamera = Math.max(this.mostOfOneCamera, ofCamera);
    return () => {
      this.underWay -= 1;
      this.#byCamera.set(cameraId, (this.#byCamera.get(cameraId) ?? 1) - 1);
    };
  }
}

/** Ends a response with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function answer(response: ServerResponse, request: IncomingMessage, body: unknown): void {
  const detail = faults(request, body);
  if (request.url !== '/api/camera-stream') sendJson(response, 404, { detail: 'Not Found' });
  else if (request.method !== 'POST') sendJson(response, 405, { detail: 'Method Not Allowed' });
  else if (detail.length > 0) sendJson(response, 422, { detail });
  else sendJson(response, 200, { status: 'accepted' });
}

/** What Pydantic would say of a model with these members, all required and no other allowed. */
function faults(request: IncomingMessage, body: unknown): object[] {
  if (request.headers['content-type'] !== 'application/json' || typeof body !== 'object' || body === null)
    return [{ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'model_attributes_type' }];
  const given = body as Record<string, unknown>;
  const missing = MEMBERS.filter((name) => !(name in given));
  const extra = Object.keys(given).filter((name) => !MEMBERS.includes(name));
  const isText = (name: string): boolean =>
    typeof given[name] === 'string' || (given[name] === null && !['camera_id', 'stream_type'].includes(name));
  const wrong = MEMBERS.filter((name) => name in given && !isText(name));
  return [
    ...missing.map((name) => ({ loc: ['body', name], msg: 'Field required', type: 'missing' })),
    ...extra.map((name) => ({
      loc: ['body', name],
      msg: 'Extra inputs are not permitted',
      type: 'extra_forbidden',
    })),
    ...wrong.map((name) => ({
      loc: ['body', name],
      msg: 'Input should be a valid string',
      type: 'string_type',
      input: given[name],
    })),
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: any body of a client
function parse(sent: string): any {
  try {
    return JSON.parse(sent);
  } catch {
    return undefined;
  }
}
