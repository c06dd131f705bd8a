/** What stands in front of a gateway in the world: an address that stays while the gateway behind it is replaced. */
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { connect } from 'node:net';
import { listening, stop } from '../../support/serve.ts';

const CLIENT = new URL('../../../shared/client/', import.meta.url);
const MODULE_PATH = /^\/client\/([a-z-]+\.ts)$/;

/** The front; it also serves a page, and the client's modules as a bundler would leave them. */
export class Front {
  readonly #server: Server;
  /** Where sockets were opened. */
  readonly upgrades: string[] = [];
  /** Port of the gateway. */
  target = 0;

  private constructor(server: Server, page: string) {
    this.#server = server;
    server.on('request', (req, res) => {
      const module = MODULE_PATH.exec(req.url ?? '')?.[1];
      if (module !== undefined) {
        res.setHeader('Content-Type', 'text/javascript');
        res.end(stripTypeScriptTypes(readFileSync(new URL(module, CLIENT), 'utf8')));
      } else if (req.url === '/page') {
        res.setHeader('Content-Type', 'text/html');
        res.end(page);
      } else {
        const { method, headers } = req;
        const onward = request({ host: '127.0.0.1', port: this.target, path: req.url, method, headers });
        onward.on('response', (answer) => {
          res.writeHead(answer.statusCode as number, answer.headers);
          answer.pipe(res);
        });
        onward.on('error', () => res.destroy());
        req.pipe(onward);
      }
    });
    server.on('upgrade', (req, socket, head) => {
      this.upgrades.push(req.url ?? '');
      const onward = connect(this.target, '127.0.0.1');
      const lines = Array.from({ length: req.rawHeaders.length / 2 }, (_, index) =>
        req.rawHeaders.slice(2 * index, 2 * index + 2).join(': '),
      );
      onward.write(`GET ${req.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) {
        end.on('error', () => {});
        end.on('close', () => {
          socket.destroy();
          onward.destroy();
        });
      }
    });
  }

  /** @param page HTML of the page */
  static async open(page = ''): Promise<Front> {
    const server = await listening(createServer());
    return new Front(server, page);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    stop(this.#server);
  }
}
