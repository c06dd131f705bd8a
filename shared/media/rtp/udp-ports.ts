/** A pair of UDP sockets for RTP and RTCP on neighbouring ports (RFC 3550 section 11). */
import { createSocket, type Socket } from 'node:dgram';
import { AppError } from '#shared/errors.ts';

/** Both sockets, bound; `rtpPort` is even and RTCP has the next. */
export interface UdpPorts {
  rtp: Socket;
  rtcp: Socket;
  rtpPort: number;
  close(): void;
}

/** Random free ports rarely have a taken neighbour; half of them are odd. */
const ATTEMPTS = 50;
/** Room for the burst of a keyframe while the event loop is busy. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
/** A keyframe leaves as one burst of datagrams. */
const SEND_BUFFER_BYTES = 1024 * 1024;

/**
 * Binds a free pair.
 * @param host address to bind; all of the family by default
 * @throws AppError `camera-protocol-error` when none is free
 */
export async function openUdpPorts(family: 'udp4' | 'udp6', host?: string): Promise<UdpPorts> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rtp = await bind(family, 0, host);
    const rtpPort = rtp?.address().port ?? 1;
    const rtcp = rtpPort % 2 === 0 ? await bind(family, rtpPort + 1, host) : undefined;
    if (rtp !== undefined && rtcp !== undefined) return pairOf(rtp, rtcp, rtpPort);
    rtp?.close();
    rtcp?.close();
  }
  throw new AppError('camera-protocol-error', 'No pair of UDP ports is free');
}

function pairOf(rtp: Socket, rtcp: Socket, rtpPort: number): UdpPorts {
  rtp.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  rtp.setSendBufferSize(SEND_BUFFER_BYTES);
  const close = (): void => {
    rtp.close();
    rtcp.close();
  };
  return { rtp, rtcp, rtpPort, close };
}

function bind(family: 'udp4' | 'udp6', port: number, host?: string): Promise<Socket | undefined> {
  const socket = createSocket(family);
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      // A peer that went away answers with ICMP errors; its session ends by timeout or TEARDOWN.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
