/** Builds the WebSockets of clients: frames, and tunnels to the workers. */
import type { IncomingMessage, Server } from 'node:http';
import type { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { RouteTable } from '../http/route-table.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { SocketTunnels } from '../worker-access/socket-tunnel.ts';
import { type DetectionFeed, FrameRelay, type RelayPool } from './frame-relay.ts';
import type { SlowViewersOfCamera } from './slow-viewers.ts';
import { ClientSockets, type SocketGate, type UpgradeOptions } from './upgrade.ts';

export interface SocketsOptions {
  pool: RelayPool;
  routing: CameraRouting;
  detections: DetectionFeed;
  access: { gate: SocketGate; onRefused(request: IncomingMessage, error: AppError): void };
  table: RouteTable;
  limits: UpgradeOptions['limits'];
  connections: UpgradeOptions['connections'];
  redactor: Redactor;
  log: Logger;
}

/** Sockets of one gateway. */
export interface Sockets {
  /** Takes the upgrades of a server. */
  listen(server: Server): void;
  /** Viewers that do not take frames as fast as they asked for them, by camera. */
  slowViewers(): SlowViewersOfCamera[];
  /** For metrics. */
  counts(): { sockets: number; upstreamSubscriptions: number; drops: number };
  /** Says farewell to clients. */
  close(): Promise<void>;
  /** Ends the links to the workers. */
  relay: FrameRelay;
}

/** Builds sockets. */
export function createSockets(options: SocketsOptions): Sockets {
  const { pool, routing, detections, access, table, limits, connections, redactor, log } = options;
  const relay = new FrameRelay({ pool, routing, detections, log });
  const sockets = new ClientSockets({
    feed: relay,
    routes: table,
    gate: access.gate,
    tunnels: new SocketTunnels({ routing, log }),
    limits,
    connections,
    onRefused: (request, error) => access.onRefused(request, error),
    redactor,
    log,
  });
  return {
    listen: (server) => sockets.listen(server),
    slowViewers: () => sockets.slow.list(),
    counts: () => ({
      sockets: sockets.size,
      upstreamSubscriptions: relay.upstreamSubscriptions,
      drops: sockets.drops,
    }),
    close: () => sockets.close(),
    relay,
  };
}
