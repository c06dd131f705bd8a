/**
 * Carries a client's WebSocket to the worker of its camera, byte for byte: the
 * handshake is repeated there with the worker's token, and back pressure works
 * from end to end.
 */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { CameraRouting } from './camera-routing.ts';
import { addressForWorker } from './worker-address.ts';
import { connectionError } from './worker-error.ts';

export interface SocketTunnelOptions {
  routing: Pick<CameraRouting, 'resolve' | 'report'>;
  log: Logger;
}

/** The headers of a WebSocket handshake (RFC 6455 section 4.1); nothing else of the client reaches a worker. */
const HANDSHAKE_HEADERS = [
  'upgrade',
  'connection',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
];
const CONNECT_MS = 5000;

/** All tunnels of the gateway. */
export class SocketTunnels {
  readonly #options: SocketTunnelOptions;
  readonly #open = new Set<Duplex>();

  constructor(options: SocketTunnelOptions) {
    this.#options = options;
  }

  /** Open tunnels. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens one. @param refuse answers the client when the worker cannot be reached
   * @throws AppError as {@link CameraRouting.resolve}
   */
  open(
    cameraId: string,
    { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
    refuse: (error: AppError) => void,
  ): void {
    const { routing, log } = this.#options;
    const worker = routing.resolve(cameraId);
    const { hostname, port } = new URL(worker.origin);
    const upstream = connect({ host: hostname, port: Number(port) });
    this.#hold(socket, upstream);
    let isLate = false;
    upstream.setTimeout(CONNECT_MS, () => {
      isLate = true;
      upstream.destroy(new Error('the worker did not answer'));
    });
    upstream.once('error', (error) => {
      log.warn({ worker: worker.name, err: error }, 'tunnel failed');
      if (!upstream.connecting && upstream.bytesRead > 0) return;
      routing.report(worker.name);
      refuse(connectionError(error, worker.name, isLate));
    });
    upstream.once('connect', () => {
      upstream.setNoDelay(true);
      upstream.write(handshake(request, worker.token, head));
      upstream.once('data', () => upstream.setTimeout(0));
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
  }

  /** Cuts all of them. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #hold(socket: Duplex, upstream: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      upstream.destroy();
    });
    // What the worker still said is on its way to the client before its side ends.
    upstream.once('close', () => socket.end());
  }
}

function handshake(request: IncomingMessage, token: string, head: Buffer): Buffer {
  const lines = HANDSHAKE_HEADERS.flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [`${name}: ${String(value)}`];
  });
  const path = addressForWorker(request.url ?? '/');
  const start = [`GET ${path} HTTP/1.1`, 'Host: worker', ...lines, `${TOKEN_HEADER}: ${token}`, '', ''];
  return Buffer.concat([Buffer.from(start.join('\r\n'), 'latin1'), head]);
}
