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

const ATTEMPTS = 20;
/** Room for the burst of a keyframe while the event loop is busy. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;

/** Binds a free pair for the family of an address. @throws AppError `camera-protocol-error` when none is free */
export async function openUdpPorts(family: 'udp4' | 'udp6'): Promise<UdpPorts> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rtp = await bind(family, 0);
    const rtpPort = rtp?.address().port ?? 1;
    const rtcp = rtpPort % 2 === 0 ? await bind(family, rtpPort + 1) : undefined;
    if (rtp !== undefined && rtcp !== undefined) {
      rtp.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      const close = (): void => {
        rtp.close();
        rtcp.close();
      };
      return { rtp, rtcp, rtpPort, close };
    }
    rtp?.close();
    rtcp?.close();
  }
  throw new AppError('camera-protocol-error', 'No pair of UDP ports is free to receive on');
}

function bind(family: 'udp4' | 'udp6', port: number): Promise<Socket | undefined> {
  const socket = createSocket(family);
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, () => {
      socket.removeAllListeners('error');
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
