/** Joins a connection of this machine to one over the link of a worker. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Passes on bytes both ways until either ends. */
export function joinLink(socket: Socket, connection: Duplex): void {
  connection.on('error', () => connection.destroy());
  // What the worker still said reaches a slow reader before the end does.
  connection.once('close', () => socket.destroySoon());
  socket.once('close', () => connection.destroy());
  if (socket.destroyed) connection.destroy();
  socket.pipe(connection);
  connection.pipe(socket);
}
