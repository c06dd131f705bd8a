/** A gateway that a test plays: what it is asked over `/ws` is remembered, what it says is the test's. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeBinaryFrame, encodeNotifyFrame } from '#shared/frames/payload.ts';
import { listening, stop } from '../../support/serve.ts';

/** A message of the client. */
export interface ClientMessage {
  action: string;
  cameraId?: string;
  [more: string]: unknown;
}

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

/** The double. */
export class GatewayDouble {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  /** Everything that came over every socket. */
  readonly messages: ClientMessage[] = [];
  /** Headers of every attempt to open a socket. */
  readonly upgrades: IncomingHttpHeaders[] = [];
  /** Whether it answers pings. */
  answersPings = true;
  /** Answers upgrades and calls over HTTP with this problem while set. */
  refusal: { status: number; code: string } | undefined;
  /** What `GET /api/cameras/:id/status` answers. */
  status: object = { connected: true };
  #sequence = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (req, res) => {
      const { status = 200, code } = this.refusal ?? {};
      res.writeHead(status, { 'Content-Type': 'application/json' });
      res.end(JSON.stringify(code === undefined ? this.status : { code, error: `No: ${req.url}` }));
    });
    server.on('upgrade', (request, socket, head) => {
      this.upgrades.push(request.headers);
      socket.on('error', () => {});
      if (this.refusal !== undefined) {
        socket.end(`HTTP/1.1 ${this.refusal.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#serve(client));
    });
  }

  static async open(): Promise<GatewayDouble> {
    const server = await listening(createServer());
    return new GatewayDouble(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Open sockets. */
  get open(): number {
    return this.#sockets.clients.size;
  }

  /** Messages with this action. */
  said(action: string): ClientMessage[] {
    return this.messages.filter((message) => message.action === action);
  }

  /** Sends a frame. @returns its sequence number */
  sendFrame(cameraId: string, { timestamp = Date.now() / 1000, encoding = 'binary' } = {}): number {
    this.#sequence += 1;
    const facts = { cameraId, timestamp, sequence: this.#sequence, width: 4, height: 2 };
    const path = `/api/cameras/${cameraId}/frame?seq=${this.#sequence}`;
    const { data, binary } =
      encoding === 'binary' ? encodeBinaryFrame(facts, JPEG) : encodeNotifyFrame(facts, path);
    for (const socket of this.#sockets.clients) socket.send(data, { binary });
    return this.#sequence;
  }

  /** Sends JSON. */
  send(message: object): void {
    for (const socket of this.#sockets.clients) socket.send(JSON.stringify(message));
  }

  /** Cuts every socket, as a gateway does that dies. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    stop(this.#server);
    await once(this.#server, 'close');
  }

  #serve(client: WebSocket): void {
    client.on('error', () => {});
    client.on('message', (data) => {
      const message = JSON.parse(data.toString()) as ClientMessage;
      this.messages.push(message);
      if (message.action === 'ping' && this.answersPings) client.send('{"type":"pong"}');
    });
  }
}
