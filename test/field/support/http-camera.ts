/** A camera that speaks HTTP as scripts say, byte by byte. */
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One request of the gateway. */
export interface HttpRequest {
  /** From 1, over all connections. */
  number: number;
  path: string;
  authorization: string | undefined;
}

/** Answers a request; it may go on to write for as long as the socket lives. */
export type HttpScript = (socket: Socket, request: HttpRequest) => void | Promise<void>;

/** Serves one script. */
export class HttpCamera {
  readonly requests: HttpRequest[] = [];
  readonly #script: HttpScript;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));

  constructor(script: HttpScript) {
    this.#script = script;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        this.#answer(socket, text.slice(0, end));
        text = text.slice(end + 4);
      }
    });
  }

  #answer(socket: Socket, head: string): void {
    const request = {
      number: this.requests.length + 1,
      path: head.split(' ')[1] ?? '',
      authorization: /^authorization: (.*)$/im.exec(head)?.[1],
    };
    this.requests.push(request);
    void this.#script(socket, request);
  }
}

/** Whether a request answers this digest challenge (RFC 2617 with `qop=auth`, MD5). */
export function isDigestOf(
  { authorization = '', path }: HttpRequest,
  { username, password, realm, nonce }: Record<'username' | 'password' | 'realm' | 'nonce', string>,
): boolean {
  const field = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`).exec(authorization)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const ha1 = md5(`${username}:${realm}:${password}`);
  const ha2 = md5(`GET:${path}`);
  const expected = md5(`${ha1}:${nonce}:${field('nc')}:${field('cnonce')}:auth:${ha2}`);
  return field('nonce') === nonce && field('response') === expected;
}
