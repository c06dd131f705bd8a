/** The one UDP port of a worker's WebRTC sessions. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { AppError, messageOf } from '#shared/errors.ts';

/** Finds the port when the first viewer comes. */
export class UdpPort {
  readonly #wanted: number;
  readonly #isFixed: boolean;

  /** @param isFixed an operator chose it, perhaps opened a firewall for it: no other will do */
  constructor(wanted: number, isFixed: boolean) {
    this.#wanted = wanted;
    this.#isFixed = isFixed;
  }

  /** A port that can be bound. @throws AppError `webrtc-unavailable` when the chosen one is taken */
  async claim(): Promise<number> {
    try {
      return await tryPort(this.#wanted);
    } catch (error) {
      if (this.#isFixed) {
        const message = `UDP port ${this.#wanted} cannot be used: ${messageOf(error)}`;
        throw new AppError('webrtc-unavailable', message, { cause: error });
      }
      return tryPort(0);
    }
  }
}

/** Binds a port for a moment. @returns its number */
async function tryPort(wanted: number): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(wanted);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
