/** The way to an agent that is connected to another gateway: each connection goes through the door of that one. */
import type { Socket } from 'node:net';
import { formatHost } from '#shared/contract/source/address.ts';
import { http } from '#shared/http/node-http.ts';
import type { WorkerTarget } from '../worker-access/worker-address.ts';
import { linkOf, type WorkerLink } from '../worker-access/worker-link.ts';
import { PEER_TOKEN_HEADER } from './peer-door.ts';

/** How an agent is reached through the gateway to which it is connected. Stored sealed. */
export interface PeerWay {
  host: string;
  port: number;
  /** Of the door of that gateway. */
  token: string;
  /** Of the agent's worker. */
  workerToken: string;
}

/** The agent dials when asked, and has 5 s for it. */
const OPEN_MS = 7000;

/** From its making to close. */
export class PeerLink {
  readonly link: WorkerLink;
  /** Where that gateway gives pictures of the agent's cameras. */
  readonly pictures: Pick<WorkerTarget, 'origin' | 'token'>;
  readonly #sockets = new Set<Socket>();

  /** @param agent its name */
  constructor(way: PeerWay, agent: string) {
    const { host, port, token } = way;
    const origin = `http://${formatHost(host)}:${port}/agents/${agent}`;
    this.link = linkOf(async () => this.#keep(await open(way, agent)));
    this.pictures = { origin, token };
  }

  /** Ends every connection: another gateway has the agent, or none. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.link.kept.destroy();
    this.link.single.destroy();
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** @throws Error when that gateway, or the agent, does not answer in time */
function open({ host, port, token }: PeerWay, agent: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const headers = { [PEER_TOKEN_HEADER]: token };
  const asked = http.request({ host, port, method: 'CONNECT', path: `${agent}:80`, headers, agent: false });
  asked.setTimeout(OPEN_MS, () => asked.destroy(new Error(`The gateway of agent ${agent} does not answer`)));
  asked.once('error', reject);
  asked.once('connect', (answer, socket, head) => {
    socket.setTimeout(0);
    if (answer.statusCode !== 200) {
      socket.destroy();
      reject(new Error(`The gateway of agent ${agent} answered ${answer.statusCode}`));
      return;
    }
    socket.setNoDelay(true);
    if (head.length > 0) socket.unshift(head);
    resolve(socket as Socket);
  });
  asked.end();
  return promise;
}
