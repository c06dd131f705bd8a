/** A worker without cameras: speaks the interface of an RTSP worker over real HTTP and WebSockets. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeLinkHeader, LINK_PATH, linkMessageSchema } from '#shared/frames/link.ts';
import type { FramePayload } from '#shared/frames/payload.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import { sourceId } from '#shared/source-id.ts';
import { type DesiredCamera, TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { bodyOf, listening, originOf, stop } from '../support/serve.ts';

/** How a request is answered in place of the usual. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** One request as the worker saw it. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Accepts and never answers. */
export const neverAnswer: Answer = () => {};

/** Answers with problem details. */
export function refuseWith(status: number, problem: Record<string, unknown>, headers = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
    response.end(JSON.stringify(problem));
  };
}

/** One process of a worker. Its death is `close`, its successor another instance. */
export class WorkerDouble {
  readonly token = 'token-of-the-double';
  /** What it runs, by camera id. */
  readonly cameras = new Map<string, DesiredCamera>();
  readonly requests: SeenRequest[] = [];
  /** Answers by `METHOD /path`. */
  readonly answers = new Map<string, Answer>();
  /** HTTP status its link is refused with. */
  linkRefusal: number | undefined;
  linkAttempts = 0;
  /** MJPEG streams under way. */
  openStreams = 0;
  /** Most simultaneous calls about cameras. */
  mostConcurrent = 0;
  #concurrent = 0;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #subscriptions = new Map<number, FrameRequest>();
  #link: WebSocket | undefined;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Starts one on a free port. */
  static async open(): Promise<WorkerDouble> {
    const double = new WorkerDouble();
    await listening(double.#server);
    return double;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  /** What its link was asked for and not released. */
  get subscriptions(): FrameRequest[] {
    return [...this.#subscriptions.values()];
  }

  /** Links open now. */
  get links(): number {
    return this.#sockets.clients.size;
  }

  /** Sends a frame to every subscription of a camera. */
  publish(cameraId: string, payload: FramePayload): void {
    for (const [id, request] of this.#subscriptions) {
      if (request.cameraId !== cameraId) continue;
      this.#link?.send(encodeLinkHeader(id, payload.binary), { binary: true, fin: false });
      this.#link?.send(payload.data, { binary: true, fin: true });
    }
  }

  /** Requests of a method and path. */
  seen(method: string, path: string): SeenRequest[] {
    return this.requests.filter((request) => request.method === method && request.url === path);
  }

  /** Breaks the link, the worker lives on. */
  breakLink(): void {
    this.#link?.terminate();
  }

  /** Dies: every connection is cut. */
  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = once(this.#server, 'close');
    stop(this.#server);
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) return;
    const { method = '', url = '', headers } = request;
    this.requests.push({ method, url, headers, body });
    if (headers[TOKEN_HEADER] !== this.token) {
      refuseWith(401, { code: 'unauthorized' })(request, response);
      return;
    }
    const path = url.split('?')[0] as string;
    const answer = this.answers.get(`${method} ${path}`);
    if (answer !== undefined) answer(request, response);
    else if (path.startsWith('/internal/')) await this.#serveInternal({ method, path, body }, response);
    else this.#serveCamera(path, response);
  }

  async #serveInternal(
    { method, path, body }: { method: string; path: string; body: string },
    response: ServerResponse,
  ): Promise<void> {
    if (method === 'GET') {
      const actual = [...this.cameras.values()].map(({ cameraId, source }) => ({
        cameraId,
        sourceId: sourceId(source),
      }));
      response.end(JSON.stringify(actual));
      return;
    }
    this.#concurrent += 1;
    this.mostConcurrent = Math.max(this.mostConcurrent, this.#concurrent);
    await new Promise(setImmediate);
    this.#concurrent -= 1;
    if (method === 'DELETE') this.cameras.delete(path.split('/').at(-1) as string);
    else if (method === 'PATCH')
      for (const camera of (JSON.parse(body) as { cameras: DesiredCamera[] }).cameras)
        this.cameras.set(camera.cameraId, camera);
    else this.cameras.set((JSON.parse(body) as DesiredCamera).cameraId, JSON.parse(body) as DesiredCamera);
    response.writeHead(method === 'DELETE' ? 204 : 200).end();
  }

  #serveCamera(path: string, response: ServerResponse): void {
    if (!path.endsWith('/stream.mjpeg')) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Keep-Alive': 'timeout=1' });
      response.end(JSON.stringify({ path }));
      return;
    }
    this.openStreams += 1;
    response.on('close', () => {
      this.openStreams -= 1;
    });
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
    response.write('--frame\r\n');
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.linkAttempts += 1;
    const isAllowed = request.url === LINK_PATH && request.headers[TOKEN_HEADER] === this.token;
    const refusal = this.linkRefusal ?? (isAllowed ? undefined : 401);
    if (refusal !== undefined) {
      // The client may leave before it has read why.
      socket.on('error', () => {});
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (link) => this.#serveLink(link));
  }

  #serveLink(link: WebSocket): void {
    this.#link = link;
    this.#subscriptions.clear();
    link.on('message', (data) => {
      const message = linkMessageSchema.parse(JSON.parse(data.toString()));
      if (message.op === 'open') this.#subscriptions.set(message.id, message.request);
      else if (message.op === 'close') this.#subscriptions.delete(message.id);
    });
  }
}
