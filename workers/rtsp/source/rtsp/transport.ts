/** How the packets of a session's tracks come: inside the connection or as UDP datagrams (RFC 2326 section 12.39). */
import { randomInt } from 'node:crypto';
import { isIPv6, type Socket } from 'node:net';
import { AppError } from '#shared/errors.ts';
import { parseRtp, type RtpPacket } from '#shared/media/rtp/header.ts';
import { ReorderBuffer } from '#shared/media/rtp/reorder-buffer.ts';
import { receiverReport, sourceDescription } from '#shared/media/rtp/rtcp.ts';
import { openUdpPorts, type UdpPorts } from '#shared/media/rtp/udp-ports.ts';
import type { InterleavedPacket } from '#shared/media/rtsp/message.ts';
import type { RtpOrder } from './rtp-order.ts';
import type { InterleavedHandlers } from './rtsp-connection.ts';

/** Takes the RTP packets of one track. */
export interface TrackReceiver {
  readonly order: RtpOrder;
  pushBytes(bytes: Buffer): void;
  push(packet: RtpPacket, isLossKnown?: boolean): void;
}

/** A track that is about to be set up. */
export interface OpenTrack {
  /** Value of the `Transport` header to send. */
  offer: string;
  /** Takes the value that the camera answered. @throws AppError `camera-transport-refused` when it is of the other kind */
  accept(answer: string): void;
}

/** Receives the tracks of one session. */
export interface MediaTransport {
  open(receiver: TrackReceiver): Promise<OpenTrack>;
  /** Tells the camera that its packets arrive. */
  report(): void;
  close(): void;
}

const CNAME = 'gateway';
/** RTCP packets have these values where RTP has marker and payload type (RFC 5761 section 4). */
const RTCP_TYPES = { first: 192, last: 223 };

/** Packets inside the RTSP connection. */
export class InterleavedTransport implements MediaTransport, InterleavedHandlers {
  readonly #send: (channel: number, packet: Buffer) => void;
  readonly #tracks: { channel: number; receiver: TrackReceiver }[] = [];
  readonly #ssrc = randomInt(2 ** 32);

  /** @param send writes an RTCP packet to a channel */
  constructor(send: (channel: number, packet: Buffer) => void) {
    this.#send = send;
  }

  async open(receiver: TrackReceiver): Promise<OpenTrack> {
    const wanted = this.#tracks.length * 2;
    return {
      offer: `RTP/AVP/TCP;unicast;interleaved=${wanted}-${wanted + 1}`,
      accept: (answer) => {
        const given = /interleaved\s*=\s*(\d+)/i.exec(answer)?.[1];
        if (given === undefined && /client_port|server_port|RTP\/AVP(\/UDP)?\s*;/i.test(answer))
          throw refused('TCP');
        this.#tracks.push({ channel: Number(given ?? wanted), receiver });
      },
    };
  }

  onInterleaved({ channel, payload }: InterleavedPacket): void {
    const ofChannel = this.#tracks.filter((track) => track.channel === channel);
    // Where two tracks share a channel, or a camera uses another than it named, the payload type tells.
    const candidates = ofChannel.length === 0 && channel % 2 === 0 ? this.#tracks : ofChannel;
    if (candidates.length === 1 && ofChannel.length === 1) candidates[0]?.receiver.pushBytes(payload);
    else if (!isRtcp(payload)) byPayloadType(candidates, payload)?.receiver.pushBytes(payload);
  }

  isChannel(channel: number): boolean {
    return this.#tracks.some((track) => track.channel === channel || track.channel + 1 === channel);
  }

  report(): void {
    for (const { channel, receiver } of this.#tracks) {
      const packet = reportOn(receiver, this.#ssrc);
      if (packet !== undefined) this.#send(channel + 1, packet);
    }
  }

  close(): void {
    this.#tracks.length = 0;
  }
}

/** Datagrams. */
export class UdpTransport implements MediaTransport {
  readonly #socket: Socket;
  readonly #onDatagram: (bytes: number, work: () => void) => void;
  readonly #tracks: { ports: UdpPorts; receiver: TrackReceiver; cameraPort: number }[] = [];
  readonly #ssrc = randomInt(2 ** 32);

  /**
   * @param socket the RTSP connection, from whose address the datagrams come
   * @param onDatagram counts the bytes of a datagram and runs the work on it
   */
  constructor(socket: Socket, onDatagram: (bytes: number, work: () => void) => void) {
    this.#socket = socket;
    this.#onDatagram = onDatagram;
  }

  async open(receiver: TrackReceiver): Promise<OpenTrack> {
    const camera = this.#socket.remoteAddress ?? '';
    const ports = await openUdpPorts(isIPv6(camera) ? 'udp6' : 'udp4');
    const track = { ports, receiver, cameraPort: 0 };
    this.#tracks.push(track);
    const reorder = new ReorderBuffer((packet, lost) => receiver.push(packet, lost));
    ports.rtp.on('message', (datagram, from) => {
      const packet = from.address === camera ? parseRtp(datagram) : undefined;
      if (packet === undefined) return;
      if (track.cameraPort === 0) track.cameraPort = from.port;
      this.#onDatagram(datagram.length, () => reorder.push(packet));
    });
    return {
      offer: `RTP/AVP;unicast;client_port=${ports.rtpPort}-${ports.rtpPort + 1}`,
      accept: (answer) => {
        if (/interleaved|RTP\/AVP\/TCP/i.test(answer)) throw refused('UDP');
        track.cameraPort = Number(/server_port\s*=\s*(\d+)/i.exec(answer)?.[1] ?? 0);
        // A first datagram towards the camera opens the way through a NAT or stateful firewall.
        if (isPort(track.cameraPort)) ports.rtp.send(Buffer.from([0x80, 0, 0, 0]), track.cameraPort, camera);
      },
    };
  }

  report(): void {
    for (const { ports, receiver, cameraPort } of this.#tracks) {
      const packet = reportOn(receiver, this.#ssrc);
      if (packet !== undefined && isPort(cameraPort + 1))
        ports.rtcp.send(packet, cameraPort + 1, this.#socket.remoteAddress);
    }
  }

  close(): void {
    for (const { ports } of this.#tracks.splice(0)) ports.close();
  }
}

function refused(transport: string): AppError {
  return new AppError('camera-transport-refused', `The camera does not send over ${transport}`);
}

function isPort(port: number): boolean {
  return port > 1 && port <= 65_535;
}

function reportOn({ order: { newest } }: TrackReceiver, ssrc: number): Buffer | undefined {
  if (newest === undefined) return undefined;
  return Buffer.concat([receiverReport(ssrc, newest), sourceDescription(ssrc, CNAME)]);
}

function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= RTCP_TYPES.first && type <= RTCP_TYPES.last;
}

function byPayloadType<T extends { receiver: TrackReceiver }>(
  tracks: readonly T[],
  packet: Buffer,
): T | undefined {
  return tracks.find(({ receiver }) => receiver.order.payloadType === ((packet[1] ?? 0) & 0x7f));
}
