/** One client's connection as its answers see it, and what all connections share. */
import type { Socket } from 'node:net';
import type { UdpPorts } from '#shared/media/rtp/udp-ports.ts';
import type { FaultBoard } from '../faults/faults.ts';
import type { Authentication, CameraManners, SimulatorCredentials } from './authentication.ts';
import type { Session } from './session.ts';
import type { StreamHub } from './stream/stream-hub.ts';

/** A request, read. */
export interface RtspRequest {
  method: string;
  uri: string;
  /** Path of the stream; empty when the request names none. */
  path: string;
  cseq: string;
  header(name: string): string | undefined;
}

/** Shared by all connections; owned by the server. */
export interface ConnectionContext {
  readonly hubs: ReadonlyMap<string, StreamHub>;
  readonly faults: FaultBoard;
  readonly credentials: SimulatorCredentials | undefined;
  readonly manners: CameraManners;
  readonly udp: UdpPorts;
  readonly sessionTimeoutSeconds: number;
  /** Whether another session is allowed. */
  hasRoom(): boolean;
  /** Called after each request; `status` is undefined when a fault left it unanswered. */
  onRequest(request: RtspRequest, status: number | undefined): void;
}

export interface Connection {
  readonly socket: Socket;
  readonly context: ConnectionContext;
  readonly authentication: Authentication | undefined;
  /** Path of the newest request that named one. */
  readonly path: string;
  /** A connection has one session at most. */
  session: Session | undefined;
  endSession(): void;
}
