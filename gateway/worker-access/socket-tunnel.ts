/**
 * Brings a client's WebSocket to the worker of its camera; the handshake is repeated
 * there with the worker's token. A worker that is a process of this gateway is handed
 * the connection itself; to others the bytes are relayed, with back pressure from end to end.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { CameraRouting } from './camera-routing.ts';
import { addressForWorker } from './worker-address.ts';
import { openWorkerConnection } from './worker-connection.ts';

export interface SocketTunnelOptions {
  routing: Pick<CameraRouting, 'resolveVideo' | 'report' | 'tie'>;
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
    const worker = routing.resolveVideo(cameraId);
    this.#open.add(socket);
    const untie = routing.tie(cameraId, worker, () => socket.destroy());
    socket.once('close', () => {
      this.#open.delete(socket);
      untie();
    });
    const first = handshake(request, worker.token, head);
    if (worker.handOver?.(socket, first) === true) return;
    openWorkerConnection(worker, first).then(
      (upstream) => {
        upstream.on('error', (error) => log.warn({ worker: worker.name, err: error }, 'tunnel failed'));
        join(socket, upstream);
      },
      (error: AppError) => {
        log.warn({ worker: worker.name, err: error }, 'tunnel failed');
        routing.report(worker.name);
        refuse(error);
      },
    );
  }

  /** Cuts all of them. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** Carries bytes both ways until one side ends. */
function join(socket: Duplex, upstream: Duplex): void {
  socket.once('close', () => upstream.destroy());
  // What the worker still said is on its way to the client before its side ends.
  upstream.once('close', () => socket.end());
  if (socket.destroyed) upstream.destroy();
  upstream.pipe(socket);
  socket.pipe(upstream);
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
