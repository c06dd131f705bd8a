/** The one listener for WebSocket upgrades; answers and closes unknown ones, never leaves one open. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '#shared/errors.ts';
import { FRAME_SOCKET_OPTIONS, type FrameFeed, serveFrameSocket } from '#shared/frames/frame-socket.ts';
import { refuseUpgrade } from '#shared/http/refuse-upgrade.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { type Principal, setPrincipal } from '../auth/principal.ts';
import { maySee, noCamera } from '../auth/rights.ts';
import type { TakeUpgrade } from '../http/route.ts';
import type { RouteTable } from '../http/route-table.ts';
import type { SocketTunnels } from '../worker-access/socket-tunnel.ts';
import { SlowViewers } from './slow-viewers.ts';
import { SocketLog } from './socket-log.ts';

/** Access check of sockets. */
export interface SocketGate {
  /** @throws AppError when the request is refused */
  admit(request: IncomingMessage): Principal | undefined;
  /** Client of the socket; undefined for this machine, whose sockets are not counted. */
  clientOf(request: IncomingMessage): string | undefined;
  /** Calls `listener` when a principal's session or key ends. Returns the unsubscribe function. */
  onEnd(principal: Principal | undefined, listener: () => void): () => void;
}

export interface UpgradeOptions {
  feed: FrameFeed;
  /** Paths of sockets. */
  routes: Pick<RouteTable, 'find'>;
  /** Decides who may open a socket. */
  gate?: SocketGate;
  /** Tunnels sockets that a camera's worker serves. */
  tunnels?: SocketTunnels;
  /** Refuses sockets on connections over a limit. */
  connections?: { refusalOf(request: IncomingMessage): AppError | undefined };
  /** Most open sockets, all together and of one client; most subscriptions of one socket. */
  limits: { sockets: number; socketsPerClient: number; subscriptions: number };
  /** Called with every refused request. */
  onRefused?: (request: IncomingMessage, error: AppError) => void;
  redactor: Redactor;
  log: Logger;
}

/** RFC 6455 section 7.4.1: going away; policy violation. */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;
/** Time for the answer to a close frame, milliseconds. */
const FAREWELL_MS = 1000;

interface SocketAt {
  /** What serves it in place of this gateway's sockets for clients. */
  take?: TakeUpgrade;
  /** The camera whose worker serves it; undefined for a socket that is served here. */
  cameraId?: string;
  /** @throws AppError when the client at this address may not open it */
  admit?: ((address: string | undefined) => Promise<void>) | undefined;
}

interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** All WebSockets of the gateway's clients. */
export class ClientSockets {
  readonly #options: UpgradeOptions;
  readonly #server = new WebSocketServer(FRAME_SOCKET_OPTIONS);
  /** Viewers that do not take frames in time. */
  readonly slow = new SlowViewers();
  #isDraining = false;
  #drops = 0;
  /** Open sockets by client. */
  readonly #perClient = new Map<string, number>();

  constructor(options: UpgradeOptions) {
    this.#options = options;
  }

  /** Open sockets. */
  get size(): number {
    return this.#server.clients.size + (this.#options.tunnels?.size ?? 0);
  }

  /** Frames that slow clients skipped. */
  get drops(): number {
    return this.#drops;
  }

  /** Handles the upgrades of a server; once per server. */
  listen(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // First: an error without a listener would end the process.
      socket.on('error', () => socket.destroy());
      this.#accept(request, socket, head);
    });
  }

  /** Sends every client a close frame and cuts off those that do not answer. */
  async close(): Promise<void> {
    this.#isDraining = true;
    for (const socket of this.#server.clients) socket.close(CLOSE_GOING_AWAY, 'gateway stops');
    const timer = setTimeout(() => {
      for (const socket of this.#server.clients) socket.terminate();
    }, FAREWELL_MS);
    await Promise.all([...this.#server.clients].map(closed));
    clearTimeout(timer);
    this.#options.tunnels?.close();
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const surplus = this.#options.connections?.refusalOf(request);
    if (surplus !== undefined) {
      this.#refuse(request, socket, surplus);
      return;
    }
    let principal: Principal | undefined;
    const client = this.#options.gate?.clientOf(request);
    try {
      principal = this.#options.gate?.admit(request);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#refuse(request, socket, error);
      return;
    }
    setPrincipal(request, principal);
    const admission = this.#socketAt(request)?.admit?.(client);
    if (admission === undefined) {
      this.#open({ request, socket, head }, principal, client);
      return;
    }
    this.#endWithSignIn(socket, principal, () => socket.destroy());
    admission
      .then(() => this.#open({ request, socket, head }, principal, client))
      .catch((error: unknown) => this.#refuse(request, socket, this.#refusalFor(error)));
  }

  /** Opens a socket that its client may open. */
  #open(
    { request, socket, head }: Upgrade,
    principal: Principal | undefined,
    client: string | undefined,
  ): void {
    if (socket.destroyed) return;
    const refusal = this.#refusalOf(request, client);
    if (refusal !== undefined) {
      this.#refuse(request, socket, refusal);
      return;
    }
    const take = this.#socketAt(request)?.take;
    if (take !== undefined) {
      take(request, socket, head, client);
      return;
    }
    const life = new SocketLog(request, client, this.#options.log);
    this.#count(socket, client);
    const cameraId = this.#socketAt(request)?.cameraId;
    if (cameraId === undefined) {
      this.#serveFrames({ request, socket, head }, principal, life);
      return;
    }
    life.watchTunnel(socket);
    this.#endWithSignIn(socket, principal, () => socket.destroy());
    this.#tunnel(cameraId, request, socket, head);
  }

  #refuse(request: IncomingMessage, socket: Duplex, error: AppError): void {
    this.#options.onRefused?.(request, error);
    refuseUpgrade(socket, error);
  }

  #refusalFor(error: unknown): AppError {
    if (error instanceof AppError) return error;
    this.#options.log.error({ err: error }, 'a WebSocket could not be admitted');
    return new AppError('internal-error', 'Internal error; see the log');
  }

  #count(socket: Duplex, client: string | undefined): void {
    if (client === undefined) return;
    this.#perClient.set(client, (this.#perClient.get(client) ?? 0) + 1);
    socket.once('close', () => {
      const left = (this.#perClient.get(client) ?? 1) - 1;
      if (left > 0) this.#perClient.set(client, left);
      else this.#perClient.delete(client);
    });
  }

  /** Closes a socket when the session or the key of its client ends. */
  #endWithSignIn(socket: Duplex, principal: Principal | undefined, end: () => void): void {
    const unsubscribe = this.#options.gate?.onEnd(principal, end);
    socket.once('close', () => unsubscribe?.());
  }

  #tunnel(cameraId: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      this.#options.tunnels?.open(cameraId, { request, socket, head }, (error) =>
        refuseUpgrade(socket, error),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuseUpgrade(socket, error);
    }
  }

  #serveFrames({ request, socket, head }: Upgrade, principal: Principal | undefined, life: SocketLog): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      life.watch(client);
      const { feed, redactor, log } = this.#options;
      const frames = serveFrameSocket(client, {
        feed: feedFor(principal, feed),
        redactor,
        log,
        maxSubscriptions: this.#options.limits.subscriptions,
        onDrop: (cameraId) => {
          this.#drops += 1;
          this.slow.note(cameraId, client);
        },
      });
      client.once('close', () => this.slow.forget(client));
      this.#endWithSignIn(socket, principal, () => {
        frames.close(CLOSE_POLICY, 'signed out');
        setTimeout(() => client.terminate(), FAREWELL_MS).unref();
      });
    });
  }

  /** The requested socket, with the camera whose worker serves it. */
  #socketAt(request: IncomingMessage): SocketAt | undefined {
    const { routes, tunnels } = this.#options;
    const path = pathOf(request);
    // Workers and clients know these paths in one spelling.
    const { route, params } = (path.endsWith('/') ? undefined : routes.find('GET', path)) ?? {};
    if (route?.socket === undefined) return undefined;
    const { take, tunnelTo, admit } = route.socket;
    if (take !== undefined) return { take };
    if (tunnelTo === undefined) return {};
    const cameraId = tunnels === undefined ? undefined : tunnelTo(params ?? {});
    if (cameraId === undefined) return undefined;
    return { cameraId, admit: admit && ((address) => admit(request, params ?? {}, address)) };
  }

  #refusalOf(request: IncomingMessage, client: string | undefined): AppError | undefined {
    const { sockets, socketsPerClient } = this.#options.limits;
    if (this.#socketAt(request) === undefined)
      return new AppError('not-found', 'There is no WebSocket at this path');
    if (this.#isDraining) return new AppError('draining', 'The gateway is stopping', { retryAfter: 1 });
    if (this.#socketAt(request)?.take !== undefined) return undefined;
    if (this.size >= sockets) return tooMany(`This gateway takes at most ${sockets} WebSockets`);
    if (client === undefined || (this.#perClient.get(client) ?? 0) < socketsPerClient) return undefined;
    return tooMany(`One client may open at most ${socketsPerClient} WebSockets`);
  }
}

/** The feed without the cameras that do not exist for a client. */
function feedFor(principal: Principal | undefined, feed: FrameFeed): FrameFeed {
  if (principal?.cameras === undefined) return feed;
  return {
    open: (request, subscriber) => {
      if (maySee(principal, request.cameraId)) return feed.open(request, subscriber);
      subscriber.fail(noCamera(request.cameraId));
      return { close: () => {} };
    },
  };
}

function tooMany(message: string): AppError {
  return new AppError('too-many-requests', message, { retryAfter: 1 });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] as string;
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once('close', () => resolve());
  });
}
