/** Gives cameras on over RTSP. Loaded when the gateway first passes a client on. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { openUdpPorts, type UdpPorts } from '#shared/media/rtp/udp-ports.ts';
import { RESTREAM_CLIENT_HEADER } from '#shared/worker-protocol.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import { RestreamConnection, SESSION_TIMEOUT_S } from './restream-connection.ts';
import { RestreamStream } from './restream-stream.ts';

const REPORT_MS = 5000;
/** Signs of life may be a little late. */
const SILENT_MS = SESSION_TIMEOUT_S * 1500;
/** A client that reconnects finds the group of pictures packed, milliseconds. */
const LINGER_MS = 3000;

/** Owns all RTSP readers of this process. */
export class Restream {
  readonly #cameras: Pick<CameraSet, 'subscribePackets'>;
  readonly #streams = new Map<string, { stream: RestreamStream; subscription: { close(): void } }>();
  readonly #connections = new Set<RestreamConnection>();
  readonly #udp = new Map<string, Promise<UdpPorts>>();
  readonly #chores: NodeJS.Timeout;
  #isClosed = false;

  constructor(cameras: Pick<CameraSet, 'subscribePackets'>) {
    this.#cameras = cameras;
    this.#chores = setInterval(() => this.#work(), REPORT_MS).unref();
  }

  /** Serves a client that the gateway passed on. */
  accept(cameraId: string, headers: IncomingHttpHeaders, socket: Socket): void {
    const { stream } = this.#open(cameraId);
    stream.users += 1;
    const connection = new RestreamConnection(socket, {
      cameraId,
      clientAddress: String(headers[RESTREAM_CLIENT_HEADER] ?? '127.0.0.1'),
      stream,
      udp: (family) => this.#openUdp(family),
    });
    this.#connections.add(connection);
    socket.once('close', () => {
      this.#connections.delete(connection);
      stream.users -= 1;
      setTimeout(() => this.#closeUnused(cameraId), LINGER_MS).unref();
    });
  }

  /** Ends every connection. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#chores);
    for (const connection of this.#connections) connection.close();
    for (const { subscription } of this.#streams.values()) subscription.close();
    this.#streams.clear();
    for (const ports of this.#udp.values()) void ports.then((opened) => opened.close()).catch(() => {});
    this.#udp.clear();
  }

  #open(cameraId: string): { stream: RestreamStream } {
    const known = this.#streams.get(cameraId);
    if (known !== undefined) return known;
    const stream = new RestreamStream();
    const opened = { stream, subscription: this.#cameras.subscribePackets(cameraId, stream) };
    this.#streams.set(cameraId, opened);
    return opened;
  }

  #closeUnused(cameraId: string): void {
    const opened = this.#streams.get(cameraId);
    if (opened === undefined || opened.stream.users > 0) return;
    this.#streams.delete(cameraId);
    opened.subscription.close();
  }

  async #openUdp(family: 'udp4' | 'udp6'): Promise<UdpPorts> {
    const opening = this.#udp.get(family) ?? openUdpPorts(family);
    this.#udp.set(family, opening);
    opening.catch(() => this.#udp.delete(family));
    const ports = await opening;
    if (this.#isClosed) ports.close();
    if (ports.rtcp.listenerCount('message') === 0)
      ports.rtcp.on('message', (_report, { address, port }) => this.#touch(address, port));
    return ports;
  }

  #touch(address: string, port: number): void {
    for (const { session } of this.#connections) if (session?.isAt(address, port) === true) session.touch();
  }

  #work(): void {
    for (const connection of this.#connections) {
      connection.session?.report();
      if (connection.isUdp && (connection.session?.silentMs ?? 0) > SILENT_MS) connection.close();
    }
  }
}
