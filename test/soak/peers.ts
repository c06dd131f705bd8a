/** The world around the gateway: an analysis backend and a Moondream, both of which may fail. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listening, originOf, stop } from '../support/serve.ts';

/** An HTTP server that remembers which cameras it was told of. */
export class Peer {
  /** Status of its answers. */
  status = 200;
  /** Values of `camera_id` that it accepted. */
  readonly cameraIds = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((req, res) => void this.#answer(req, res));
  }

  static async open(): Promise<Peer> {
    const peer = new Peer();
    await listening(peer.#server);
    return peer;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  close(): void {
    stop(this.#server);
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let text = '';
    req.on('error', () => {});
    for await (const chunk of req) text += String(chunk);
    const { camera_id: id } = JSON.parse(text || '{}') as { camera_id?: string };
    if (id !== undefined && this.status === 200) this.cameraIds.add(id);
    res.writeHead(this.status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ answer: 'yes', request_id: 'soak' }));
  }
}
