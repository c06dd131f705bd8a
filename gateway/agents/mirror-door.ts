/**
 * Where the workers of this machine read cameras of agents: an RTSP server on the loopback interface with a
 * password of its own. What it gives comes over the agent's link, once for all viewers.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Door } from '../auth/door.ts';
import { REALM } from '../auth/keys/key.ts';
import type { Principal } from '../auth/principal.ts';
import { RestreamClient, type RestreamClientOptions } from '../restream/restream-client.ts';
import { LOOPBACK, OwnedServer } from '../worker-access/owned-server.ts';

const USERNAME = 'mirror';
const LOGIN_MS = 5000;
const PRINCIPAL: Principal = { role: 'viewer', kind: 'local' };

export interface MirrorDoorOptions {
  routing: RestreamClientOptions['routing'];
  log: Logger;
}

/** From open to close. */
export class MirrorDoor {
  readonly #password: string;
  readonly #server: OwnedServer;

  private constructor(server: OwnedServer, password: string) {
    this.#server = server;
    this.#password = password;
  }

  /** Listens on a free port. @throws Error when it cannot */
  static async open({ routing, log }: MirrorDoorOptions): Promise<MirrorDoor> {
    const password = randomBytes(24).toString('base64url');
    const options = {
      ...{ routing, log, door: doorWith(password), loginMs: LOGIN_MS },
      isOpen: false,
      trustsLocal: false,
    };
    const server = createServer((socket) => void new RestreamClient(socket, options));
    return new MirrorDoor(await OwnedServer.open(server, LOOPBACK, 0), password);
  }

  /** What a worker of this machine is told to connect. */
  sourceOf(cameraId: string): RtspSource {
    return {
      kind: 'rtsp',
      secure: false,
      host: LOOPBACK,
      port: this.#server.port,
      path: `/${encodeURIComponent(cameraId)}`,
      username: USERNAME,
      password: this.#password,
      transport: 'tcp',
      isMirror: true,
    };
  }

  /** Ends every connection. */
  close(): Promise<void> {
    return this.#server.close();
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
