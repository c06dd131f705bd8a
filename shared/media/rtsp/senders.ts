/** Media to one client, inside the RTSP connection or over UDP. */
import type { Socket } from 'node:net';
import type { RtpPackets } from '../rtp/rtp-packets.ts';
import type { UdpPorts } from '../rtp/udp-ports.ts';
import { formatInterleavedHeader } from './message.ts';
import type { TransportRequest } from './transport.ts';

/** Sends to one client. */
export interface Sender {
  /** Whether earlier packets still wait, so that more would only pile up. */
  readonly isCongested: boolean;
  send(packets: RtpPackets): void;
  sendReport(rtcp: Buffer): void;
  /** Whether datagrams from this address are the client's receiver reports. */
  isAt(address: string, port: number): boolean;
}

/** Two seconds of a good camera's stream; a client this far behind does not catch up. */
const MAX_UNSENT_BYTES = 2 * 1024 * 1024;

/** Sends inside the RTSP connection, one write per access unit. */
export class TcpSender implements Sender {
  readonly #socket: Socket;
  readonly #request: TransportRequest & { kind: 'tcp' };

  constructor(socket: Socket, request: TransportRequest & { kind: 'tcp' }) {
    this.#socket = socket;
    this.#request = request;
  }

  get isCongested(): boolean {
    return this.#socket.writableLength > MAX_UNSENT_BYTES;
  }

  send(packets: RtpPackets): void {
    if (this.#socket.writable) this.#socket.write(packets.framedFor(this.#request.rtpChannel));
  }

  sendReport(rtcp: Buffer): void {
    if (!this.#socket.writable) return;
    this.#socket.write(
      Buffer.concat([formatInterleavedHeader(this.#request.rtcpChannel, rtcp.length), rtcp]),
    );
  }

  isAt(): boolean {
    return false;
  }
}

/** Sends datagrams; the network drops what it cannot carry. */
export class UdpSender implements Sender {
  readonly #ports: UdpPorts;
  readonly #address: string;
  readonly #request: TransportRequest & { kind: 'udp' };

  constructor(ports: UdpPorts, address: string, request: TransportRequest & { kind: 'udp' }) {
    this.#ports = ports;
    this.#address = address;
    this.#request = request;
  }

  /** What the kernel does not take yet waits in this process. */
  get isCongested(): boolean {
    return this.#ports.rtp.getSendQueueSize() > MAX_UNSENT_BYTES;
  }

  send(packets: RtpPackets): void {
    for (const datagram of packets.datagrams()) {
      this.#ports.rtp.send(datagram, this.#request.rtpPort, this.#address);
    }
  }

  sendReport(rtcp: Buffer): void {
    this.#ports.rtcp.send(rtcp, this.#request.rtcpPort, this.#address);
  }

  isAt(address: string, port: number): boolean {
    return address === this.#address && port === this.#request.rtcpPort;
  }
}
