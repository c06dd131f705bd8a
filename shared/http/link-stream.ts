/** A WebSocket as a connection: what both sides of an agent's link hand to Node's HTTP. */
import type { Socket } from 'node:net';
import { createWebSocketStream, type WebSocket } from 'ws';
import { asSocket } from './socket-like.ts';

/** Little waits in the stream: its reader is told late otherwise that the way is narrow, bytes. */
const HIGH_WATER_BYTES = 16 * 1024;

/** The stream of an open WebSocket. Its errors have a listener. */
export function linkStream(socket: WebSocket): Socket {
  const stream = createWebSocketStream(socket, {
    readableHighWaterMark: HIGH_WATER_BYTES,
    writableHighWaterMark: HIGH_WATER_BYTES,
  });
  // An error without a listener would end the process; its owner hears of `close`.
  stream.on('error', () => {});
  // A WebSocket is never half open; without this the stream closes only at the next write.
  stream.once('end', () => stream.destroy());
  return asSocket(stream);
}
