/** The WebRTC sessions of a worker as its settings want them. */
import type { RtspWorkerConfig } from '../../config.ts';
import { loadPeers } from './peer.ts';
import { SessionSet, type SessionSetOptions } from './session-set.ts';
import { UdpPort } from './udp-port.ts';

/** Opens nothing yet: the library is loaded and the port claimed when the first viewer comes. */
export function createSessions(
  { port, webrtc }: Pick<RtspWorkerConfig, 'port' | 'webrtc'>,
  { cameras, openTranscoder, log }: Pick<SessionSetOptions, 'cameras' | 'openTranscoder' | 'log'>,
): SessionSet {
  const { udpPort, publicAddresses, maxSessions } = webrtc;
  return new SessionSet({
    cameras,
    udpPort: new UdpPort(udpPort ?? port, udpPort !== undefined),
    publicAddresses,
    maxSessions,
    loadPeers,
    openTranscoder,
    log,
  });
}
