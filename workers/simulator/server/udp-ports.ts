/** A pair of UDP sockets, RTP on an even port and RTCP on the one after it (RFC 3550 section 11). */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Pairs of ports tried before giving up; neighbours of random free ports are rarely taken. */
const ATTEMPTS = 50;
/** A keyframe leaves as one burst of datagrams. */
const SEND_BUFFER_BYTES = 1024 * 1024;

/** Two bound sockets. */
export interface UdpPorts {
  rtp: Socket;
  rtcp: Socket;
  /** Port of `rtp`; `rtcp` has the next. */
  port: number;
  close(): void;
}

/** Binds a pair. @throws the last `bind` error when no pair was free */
export async function openUdpPorts(host: string): Promise<UdpPorts> {
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rtp = await bind(host, 0);
    const { port } = rtp.address();
    try {
      if (port % 2 === 0) return pairOf(rtp, await bind(host, port + 1), port);
    } catch (error) {
      failure = error;
    }
    rtp.close();
  }
  throw failure ?? new Error('no even UDP port is free');
}

function pairOf(rtp: Socket, rtcp: Socket, port: number): UdpPorts {
  for (const socket of [rtp, rtcp]) {
    // A client that went away answers with ICMP errors; its session ends by timeout or TEARDOWN.
    socket.on('error', () => {});
    socket.setSendBufferSize(SEND_BUFFER_BYTES);
  }
  return {
    rtp,
    rtcp,
    port,
    close: () => {
      rtp.close();
      rtcp.close();
    },
  };
}

async function bind(host: string, port: number): Promise<Socket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, host);
  try {
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
