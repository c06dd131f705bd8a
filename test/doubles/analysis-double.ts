/** An analysis worker that a test plays: remembers what it shall look at, and says what it is told to. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { RESULTS_PATH, type ResultMessage } from '#shared/detections.ts';
import { ANALYSIS_PATH, type DesiredAnalysis } from '#shared/detections-settings.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { bodyOf, listening, originOf, stop } from '../support/serve.ts';

/** An open one. */
export class AnalysisDouble {
  readonly token = 'analysis-token';
  /** What it was told, in order. */
  readonly received: DesiredAnalysis[] = [];
  /** Status it answers the next received with. */
  status = 200;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      if (body === undefined) return;
      const isAllowed = request.headers[TOKEN_HEADER] === this.token && request.url === ANALYSIS_PATH;
      if (isAllowed && this.status === 200) this.received.push(JSON.parse(body));
      response.writeHead(isAllowed ? this.status : 401).end('{}');
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (request.headers[TOKEN_HEADER] !== this.token || request.url !== RESULTS_PATH) socket.destroy();
      else this.#sockets.handleUpgrade(request, socket, head, () => {});
    });
    this.#sockets.on('error', () => {});
  }

  /** Starts one on a free port. */
  static async open(): Promise<AnalysisDouble> {
    const double = new AnalysisDouble();
    await listening(double.#server);
    return double;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  /** Gateways that listen. */
  get listeners(): Set<WebSocket> {
    return this.#sockets.clients;
  }

  /** Tells every gateway; text is sent as it is. */
  send(message: ResultMessage | string): void {
    for (const socket of this.#sockets.clients)
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Dies: every connection is cut. */
  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = once(this.#server, 'close');
    stop(this.#server);
    await closed;
  }
}
