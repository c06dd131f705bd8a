/**
 * A small RTSP/1.0 server (RFC 2326) for simulated cameras: TCP and UDP, digest
 * authentication, many clients per stream, faults on demand. Besides the
 * simulator itself, tests and benchmarks run it in their own process:
 *
 * @example
 * const server = createRtspServer({ streams: new Map([['/cam', source]]) });
 * await server.listen();
 * connectTo(server.url('/cam'));
 * server.setFault('/cam', { fault: 'stall' });
 * await server.close();
 *
 * `source` is a LoopSource (replays encoded pictures), a PushSource (its owner
 * decides when) or any other StreamSource.
 */
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { openUdpPorts, type UdpPorts } from '#shared/media/rtp/udp-ports.ts';
import { FaultControl } from '../faults/fault-control.ts';
import { type Fault, FaultBoard, type FaultInput, type FaultKind } from '../faults/faults.ts';
import type { CameraManners, SimulatorCredentials } from './authentication.ts';
import type { ConnectionContext } from './connection.ts';
import { ConnectionSet, type RtspServerStats } from './connection-set.ts';
import { StreamHub } from './stream/stream-hub.ts';
import type { StreamSource } from './stream/stream-source.ts';

/** Everything but `streams` has a default. */
export interface RtspServerOptions {
  /** Address to bind; default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Sources by path (`/1`), query included. */
  streams: ReadonlyMap<string, StreamSource>;
  /** Required for everything but OPTIONS; default: none. */
  credentials?: SimulatorCredentials;
  /** Of a certain make; default: those of the simulator. */
  manners?: CameraManners;
  /** Key and certificate make it `rtsps`. */
  tls?: TlsOptions;
  /** New clients get the current group of pictures immediately (default), else from the next keyframe on. */
  instantStart?: boolean;
  /** Largest RTP packet, header included; default 1400. */
  maxPacketBytes?: number;
  /** Connections whose session is silent for longer end; default 60. */
  sessionTimeoutSeconds?: number;
  /** Sessions of all streams together, more are answered with 453; default: any number. */
  maxSessions?: number;
  /** Pause between sender reports, milliseconds; default 5000. */
  reportIntervalMs?: number;
}

/** Events of {@link RtspServer}. */
export interface RtspServerEvents {
  connection: [socket: Socket];
  /** `status` is undefined when a fault took the answer's place. */
  request: [request: { method: string; path: string; status: number | undefined }];
}

const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  instantStart: true,
  maxPacketBytes: 1400,
  sessionTimeoutSeconds: 60,
  reportIntervalMs: 5000,
  maxSessions: Number.POSITIVE_INFINITY,
};
/** How often silent sessions are looked for. */
const SWEEP_INTERVAL_MS = 500;

/** Creates a server; it listens once {@link RtspServer.listen} is called. */
export function createRtspServer(options: RtspServerOptions): RtspServer {
  return new RtspServer(options);
}

/** See the top of this file. */
export class RtspServer extends EventEmitter<RtspServerEvents> {
  readonly #options: RtspServerOptions & typeof DEFAULTS;
  readonly #server: Server;
  readonly #board = new FaultBoard();
  readonly #connections = new ConnectionSet();
  readonly #faults: FaultControl;
  readonly #hubs = new Map<string, StreamHub>();
  /** Raw connections, those that are still shaking hands for TLS included. */
  readonly #sockets = new Set<Socket>();
  #timers: NodeJS.Timeout[] = [];
  #udp: UdpPorts | undefined;

  constructor(options: RtspServerOptions) {
    super();
    this.#options = { ...DEFAULTS, ...options };
    this.#faults = new FaultControl({
      board: this.#board,
      streams: options.streams,
      reset: (path) => this.#connections.reset(path),
    });
    this.#server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  }

  /** Starts serving and subscribes to the sources. @throws the `listen` error, `EADDRINUSE` among them */
  async listen(): Promise<void> {
    const { host, port, tls, streams } = this.#options;
    const udp = await openUdpPorts(host.includes(':') ? 'udp6' : 'udp4', host);
    try {
      this.#server.listen(port, host);
      await once(this.#server, 'listening');
    } catch (error) {
      udp.close();
      throw error;
    }
    this.#udp = udp;
    for (const [path, source] of streams) {
      this.#hubs.set(path, new StreamHub({ ...this.#options, path, source, faults: this.#board }));
    }
    const context = this.#createContext(udp);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#connections.accept(socket, context);
      this.emit('connection', socket);
    });
    this.#startChores(udp);
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address of a stream, without credentials. */
  url(path: string): string {
    const { host, tls } = this.#options;
    return `${tls === undefined ? 'rtsp' : 'rtsps'}://${host}:${this.port}${path}`;
  }

  /** Counters and sessions. */
  stats(): RtspServerStats {
    return this.#connections.stats();
  }

  /**
   * Switches a fault on for a path, or for every path with `*`.
   * @throws AppError `invalid-field` for a path that is not served, or a fault its source cannot have
   */
  setFault(path: string, fault: FaultInput): void {
    this.#faults.set(path, fault);
  }

  /** Switches off one fault of a path, or all of it, or all there are. */
  clearFaults(path?: string, kind?: FaultKind): void {
    this.#faults.clear(path, kind);
  }

  /** The faults that are on, by path. */
  get faults(): Record<string, readonly Fault[]> {
    return this.#board.list();
  }

  /** Ends every connection and the subscriptions; resolves when the port is free. Closing twice is harmless. */
  async close(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const hub of this.#hubs.values()) hub.close();
    this.#hubs.clear();
    this.#udp?.close();
    this.#udp = undefined;
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #createContext(udp: UdpPorts): ConnectionContext {
    const { credentials, manners = {}, maxSessions, sessionTimeoutSeconds } = this.#options;
    return {
      hubs: this.#hubs,
      faults: this.#board,
      credentials,
      manners,
      udp,
      sessionTimeoutSeconds,
      hasRoom: () => this.#connections.stats().sessions.length < maxSessions,
      onRequest: (request, status) => {
        this.#connections.count(request, status);
        this.emit('request', { method: request.method, path: request.path, status });
      },
    };
  }

  #startChores(udp: UdpPorts): void {
    const { reportIntervalMs, sessionTimeoutSeconds } = this.#options;
    const limitMs = sessionTimeoutSeconds * 1000;
    udp.rtcp.on('message', (_report, { address, port }) => this.#connections.touch(address, port));
    this.#timers = [
      setInterval(() => this.#connections.report(), reportIntervalMs),
      // Once what came is read: after a moment in which the process stood still, that would be too late.
      setInterval(() => setImmediate(() => this.#connections.endSilent(limitMs)), SWEEP_INTERVAL_MS),
    ];
  }
}
