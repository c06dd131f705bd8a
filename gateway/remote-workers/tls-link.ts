/** Connections to a worker behind TLS; whom to trust besides the known authorities says `NODE_EXTRA_CA_CERTS`. */
import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { linkOf, type WorkerLink } from '../worker-access/worker-link.ts';

const CONNECT_MS = 5000;
const HTTPS_PORT = 443;

/** @param origin `https://worker-0.example:8082` @returns undefined for another protocol, which needs no link */
export function tlsLink(origin: string): WorkerLink | undefined {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'https:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  return linkOf(async () => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port: Number(port) || HTTPS_PORT, ...servername });
    socket.setNoDelay(true);
    try {
      await once(socket, 'secureConnect', { signal: AbortSignal.timeout(CONNECT_MS) });
      return socket;
    } catch (error) {
      socket.on('error', () => {}).destroy();
      throw error;
    }
  });
}
