/** Byte streams to a broker: TCP, TLS, and WebSockets over both. */
import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { MqttConfig } from '../config/mqtt.ts';

/** Opens one. @param onOpen called when bytes can be sent @returns the stream, which tells of errors */
export async function openTransport(broker: MqttConfig['broker'], onOpen: () => void): Promise<Duplex> {
  const { protocol, host, port, path, ca } = broker;
  if (protocol === 'mqtt') return connectTcp({ host, port }, onOpen);
  const servername = isIP(host) === 0 ? host : '';
  if (protocol === 'mqtts') return connectTls({ host, port, ca, servername }, onOpen);
  const { createWebSocketStream, WebSocket } = await import('ws');
  const authority = host.includes(':') ? `[${host}]` : host;
  const socket = new WebSocket(`${protocol}://${authority}:${port}${path}`, ['mqtt'], { ca });
  socket.once('open', onOpen);
  return createWebSocketStream(socket);
}
