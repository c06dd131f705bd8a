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
import { AppError } from '#shared/errors.ts';
import { ANY_PATH, type Fault, FaultBoard, type FaultInput, type FaultKind, faultSchema } from './faults.ts';
import type { RtspRequest } from './rtsp/answers.ts';
import type { SimulatorCredentials } from './rtsp/authentication.ts';
import { RtspConnection } from './rtsp/rtsp-connection.ts';
import type { SessionStatus } from './rtsp/session.ts';
import { openUdpPorts, type UdpPorts } from './rtsp/udp-ports.ts';
import { StreamHub } from './stream/stream-hub.ts';
import type { StreamSource } from './stream/stream-source.ts';

/** How a server is set up; everything but `streams` has a default. */
export interface RtspServerOptions {
  /** Address to bind; default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Sources by path (`/1`), query included. */
  streams: ReadonlyMap<string, StreamSource>;
  /** Demanded for everything but OPTIONS; default: nobody is asked. */
  credentials?: SimulatorCredentials;
  /** Key and certificate make it `rtsps`. */
  tls?: TlsOptions;
  /** New clients get the current group of pictures at once (default); else they begin at the next keyframe. */
  instantStart?: boolean;
  /** Largest RTP packet, header included; default 1400. */
  maxPacketBytes?: number;
  /** Sessions whose client is silent for longer end; default 60. */
  sessionTimeoutSeconds?: number;
  /** Pause between sender reports, milliseconds; default 5000. */
  reportIntervalMs?: number;
}

/** What happened since the server listens, and what there is now. */
export interface RtspServerStats {
  connectionsAccepted: number;
  connections: number;
  /** Requests received, by method. */
  requests: Record<string, number>;
  /** Requests that carried credentials and were answered 401. */
  rejectedCredentials: number;
  sessions: SessionStatus[];
}

/** Events of {@link RtspServer}. */
export interface RtspServerEvents {
  connection: [socket: Socket];
  /** After the answer; `status` is undefined when a fault took the answer's place. */
  request: [request: { method: string; path: string; status: number | undefined }];
}

const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  instantStart: true,
  maxPacketBytes: 1400,
  sessionTimeoutSeconds: 60,
  reportIntervalMs: 5000,
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
  readonly #faults = new FaultBoard();
  readonly #hubs = new Map<string, StreamHub>();
  readonly #connections = new Set<RtspConnection>();
  readonly #counters = { accepted: 0, requests: {} as Record<string, number>, rejectedCredentials: 0 };
  #timers: NodeJS.Timeout[] = [];
  #udp: UdpPorts | undefined;

  constructor(options: RtspServerOptions) {
    super();
    this.#options = { ...DEFAULTS, ...options };
    const onSocket = (socket: Socket): void => this.#accept(socket);
    this.#server =
      options.tls === undefined ? createServer(onSocket) : createTlsServer(options.tls, onSocket);
  }

  /** Starts serving and subscribes to the sources. @throws the `listen` error, `EADDRINUSE` among them */
  async listen(): Promise<void> {
    const { host, port, streams, reportIntervalMs } = this.#options;
    const udp = await openUdpPorts(host);
    udp.rtcp.on('message', (_report, from) => this.#onReceiverReport(from));
    this.#udp = udp;
    try {
      this.#server.listen(port, host);
      await once(this.#server, 'listening');
    } catch (error) {
      udp.close();
      throw error;
    }
    for (const [path, source] of streams) {
      this.#hubs.set(path, new StreamHub({ ...this.#options, path, source, faults: this.#faults }));
    }
    this.#timers = [
      setInterval(() => this.#eachConnection(({ session }) => session?.report()), reportIntervalMs),
      setInterval(() => this.#endSilentSessions(), SWEEP_INTERVAL_MS),
    ];
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
    const { accepted, requests, rejectedCredentials } = this.#counters;
    return {
      connectionsAccepted: accepted,
      connections: this.#connections.size,
      requests: { ...requests },
      rejectedCredentials,
      sessions: [...this.#connections].flatMap(({ session }) => session?.status ?? []),
    };
  }

  /**
   * Switches a fault on for a path, or for every path with `*`.
   * @throws AppError `invalid-field` for a path that is not served, or `slow-keyframes` on a source that cannot
   */
  setFault(path: string, input: FaultInput): void {
    const fault = faultSchema.parse(input);
    if (path !== ANY_PATH && !this.#options.streams.has(path)) {
      throw new AppError('invalid-field', `no stream at ${path}`, { field: 'path' });
    }
    if (fault.fault === 'slow-keyframes') this.#setKeyframeInterval(path, fault.seconds);
    if (fault.fault === 'drop') this.#drop(path);
    else this.#faults.set(path, fault);
  }

  /** Switches off one fault of a path, or all of it, or all there are. */
  clearFaults(path?: string, kind?: FaultKind): void {
    const slow = Object.entries(this.#faults.list()).filter(([, on]) => on.some(isSlowKeyframes));
    this.#faults.clear(path, kind);
    for (const [slowPath] of slow) {
      if (this.#faults.list()[slowPath]?.some(isSlowKeyframes) === true) continue;
      for (const source of this.#sourcesAt(slowPath)) source.setKeyframeInterval?.(undefined);
    }
  }

  /** The faults that are on, by path. */
  get faults(): Record<string, readonly Fault[]> {
    return this.#faults.list();
  }

  /** Ends every connection and the subscriptions; resolves when the port is free. */
  async close(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const hub of this.#hubs.values()) hub.close();
    const closed = this.#server.listening ? once(this.#server, 'close') : Promise.resolve();
    this.#server.close();
    this.#eachConnection(({ socket }) => socket.destroy());
    this.#udp?.close();
    this.#udp = undefined;
    await closed;
  }

  #accept(socket: Socket): void {
    this.#counters.accepted += 1;
    this.emit('connection', socket);
    const connection = new RtspConnection(socket, {
      hubs: this.#hubs,
      faults: this.#faults,
      credentials: this.#options.credentials,
      udp: this.#udp as UdpPorts,
      sessionTimeoutSeconds: this.#options.sessionTimeoutSeconds,
      onRequest: (request, status) => this.#onRequest(request, status),
    });
    if (this.#faults.find(ANY_PATH, 'refuse') !== undefined) connection.reset();
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
  }

  #onRequest(request: RtspRequest, status: number | undefined): void {
    const { method, path } = request;
    const { requests } = this.#counters;
    requests[method] = (requests[method] ?? 0) + 1;
    if (status === 401 && request.header('authorization') !== undefined)
      this.#counters.rejectedCredentials += 1;
    this.emit('request', { method, path, status });
  }

  /** Receiver reports keep a UDP session alive, as any request does. */
  #onReceiverReport({ address, port }: { address: string; port: number }): void {
    this.#eachConnection(({ session }) => {
      if (session?.isAt(address, port) === true) session.touch();
    });
  }

  #endSilentSessions(): void {
    const limitMs = this.#options.sessionTimeoutSeconds * 1000;
    this.#eachConnection((connection) => {
      if ((connection.session?.silentMs ?? 0) > limitMs) connection.socket.destroy();
    });
  }

  #drop(path: string): void {
    this.#eachConnection((connection) => {
      if (path === ANY_PATH || connection.path === path) connection.reset();
    });
  }

  #setKeyframeInterval(path: string, seconds: number): void {
    for (const source of this.#sourcesAt(path)) {
      if (source.setKeyframeInterval === undefined) {
        throw new AppError('invalid-field', `the source at ${path} cannot place keyframes`, {
          field: 'fault',
        });
      }
      source.setKeyframeInterval(seconds);
    }
  }

  #sourcesAt(path: string): StreamSource[] {
    const { streams } = this.#options;
    if (path === ANY_PATH) return [...streams.values()];
    const source = streams.get(path);
    return source === undefined ? [] : [source];
  }

  #eachConnection(visit: (connection: RtspConnection) => void): void {
    for (const connection of this.#connections) visit(connection);
  }
}

function isSlowKeyframes({ fault }: Fault): boolean {
  return fault === 'slow-keyframes';
}
