/** A TCP proxy whose connections can be made to hang, as on a network that went away, or be cut. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards to a port of this machine. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes that clients sent. */
  sentBytes = 0;
  #isHanging = false;
  #target: number;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => {
      const upstream = connect(this.#target, '127.0.0.1');
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.once('close', () => this.#sockets.delete(socket));
      }
      client.on('data', (chunk: Buffer) => {
        this.sentBytes += chunk.length;
      });
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.destroy());
      if (!this.#isHanging) join(client, upstream);
    });
  }

  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** New connections go to another port, as a load balancer sends them; those that are there stay. */
  turnTo(target: number): void {
    this.#target = target;
  }

  /** Forwards nothing any more; connections stay open, new ones too. */
  hang(): void {
    this.#isHanging = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** New connections are forwarded again; those that hung are cut. */
  resume(): void {
    this.#isHanging = false;
    this.cut();
  }

  /** New connections are forwarded again; those that hung stay so, as TCP does for long after packets were lost. */
  heal(): void {
    this.#isHanging = false;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }
}

function join(a: Socket, b: Socket): void {
  a.pipe(b);
  b.pipe(a);
}
