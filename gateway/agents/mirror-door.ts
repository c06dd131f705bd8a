/**
 * Where the workers of this machine read cameras of agents: an RTSP server on the loopback interface with a
 * password of its own. What it gives comes over the agent's link, once for all viewers.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Door } from '../auth/door.ts';
import { REALM } from '../auth/keys/key.ts';
import type { Principal } from '../auth/principal.ts';
import { RestreamClient, type RestreamClientOptions } from '../restream/restream-client.ts';

const HOST = '127.0.0.1';
const USERNAME = 'mirror';
const LOGIN_MS = 5000;
const PRINCIPAL: Principal = { role: 'viewer', kind: 'local' };

export interface MirrorDoorOptions {
  routing: RestreamClientOptions['routing'];
  log: Logger;
}

/** Owns the listening socket and every connection. */
export class MirrorDoor {
  readonly #password = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor({ routing, log }: MirrorDoorOptions) {
    const options = {
      ...{ routing, log, door: doorWith(this.#password), loginMs: LOGIN_MS },
      isOpen: false,
      trustsLocal: false,
    };
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      new RestreamClient(socket, options);
    });
  }

  /** Listens on a free port. @throws Error when it cannot */
  async open(): Promise<void> {
    this.#server.listen(0, HOST);
    await once(this.#server, 'listening');
  }

  /** What a worker of this machine is told to connect. */
  sourceOf(cameraId: string): RtspSource {
    return {
      kind: 'rtsp',
      secure: false,
      host: HOST,
      port: (this.#server.address() as AddressInfo).port,
      path: `/${encodeURIComponent(cameraId)}`,
      username: USERNAME,
      password: this.#password,
      transport: 'tcp',
      isMirror: true,
    };
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Lets in who knows the password; it is as long as a key, so guesses are not counted. */
function doorWith(password: string): Door {
  const account = createHash('md5').update(`${USERNAME}:${REALM}:${password}`).digest('hex');
  const letIn = (isKnown: boolean): Principal => {
    if (!isKnown) throw new AppError('unauthorized', 'This server is for workers of the gateway');
    return PRINCIPAL;
  };
  return {
    byPassword: (text) => letIn(isSame(text, password)),
    byDigest: ({ matches }) => letIn(matches(account)),
    onEnd: () => () => {},
  };
}

function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(first as Buffer, second as Buffer);
}
