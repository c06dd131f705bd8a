/** A server that operators name as a target: it keeps what comes and answers as a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bytesOf, listening, originOf, stop } from './serve.ts';

/** A request as it came. */
export interface TargetRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  bytes: Buffer;
  text: string;
}

/** Listens on a free port of this machine. */
export class TargetServer {
  readonly received: TargetRequest[] = [];
  /** What a request is answered with. */
  reply: (response: ServerResponse, request: TargetRequest) => void = (response) => response.end('ok');
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static async open(): Promise<TargetServer> {
    const target = new TargetServer();
    await listening(target.#server);
    return target;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  /** Bodies as JSON, in order of arrival. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  get bodies(): any[] {
    return this.received.map(({ text }) => JSON.parse(text));
  }

  close(): void {
    stop(this.#server);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bytesOf(request);
    if (bytes === undefined) return;
    const { method = '', url = '', headers } = request;
    const received = { method, url, headers, bytes, text: bytes.toString() };
    this.received.push(received);
    this.reply(response, received);
  }
}
