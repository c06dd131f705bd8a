/**
 * Where other gateways reach the agents that are connected to this one: by HTTP CONNECT (RFC 9110), and their pictures by
 * a WebSocket, each with a token. Other subjects take WebSockets at paths of their own.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '#shared/http/node-http.ts';
import { isSameSecret } from '#shared/same-secret.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { joinLink } from '../worker-access/join-link.ts';
import { OwnedServer } from '../worker-access/owned-server.ts';
import type { WorkerLink } from '../worker-access/worker-link.ts';
import type { PeerPictures } from './peer-pictures.ts';
import type { PeerSockets } from './peer-sockets.ts';

/** The agent of `/agents/home/internal/link`. */
const PICTURES_PATH = /^\/agents\/([^/]+)\//;

/** Carries the token of the door. */
export const PEER_TOKEN_HEADER = 'x-gateway-token';

export interface PeerDoorOptions {
  /** Address to bind. */
  host: string;
  /** 0: any free port. */
  port: number;
  /** The link of an agent that is connected here. */
  linkOf: (agent: string) => Pick<WorkerLink, 'open'> | undefined;
  /** Gives pictures of an agent's cameras. */
  pictures: Pick<PeerPictures, 'take'>;
  /** Takes WebSockets for other subjects. */
  sockets: Pick<PeerSockets, 'take'>;
}

/** From open to close. Nothing is asked of an agent before the token was right. */
export class PeerDoor {
  /** What other gateways must send; new at each start. */
  readonly token: string;
  readonly #server: OwnedServer;

  private constructor(server: OwnedServer, token: string) {
    this.#server = server;
    this.token = token;
  }

  /** Binds its port. @throws Error when that is taken */
  static async open({ host, port, linkOf, pictures, sockets }: PeerDoorOptions): Promise<PeerDoor> {
    const token = randomBytes(32).toString('hex');
    const server = http.createServer((_request, response) => response.writeHead(405).end());
    server.on('connect', (request, socket, head) => {
      const given = String(request.headers[PEER_TOKEN_HEADER] ?? '');
      if (isSameSecret(given, token)) void join(request, { socket: socket as Socket, head, linkOf });
      else refuse(socket as Socket, 403);
    });
    server.on('upgrade', (request, socket, head) => {
      const isPeer = isSameSecret(String(request.headers[TOKEN_HEADER] ?? ''), token);
      const agent = PICTURES_PATH.exec(request.url ?? '')?.[1] ?? '';
      if (!isPeer) refuse(socket as Socket, 403);
      else if (sockets.take(request, socket, head)) return;
      else if (!pictures.take(agent, request, socket, head)) refuse(socket as Socket, 404);
    });
    return new PeerDoor(await OwnedServer.open(server, host, port), token);
  }

  get port(): number {
    return this.#server.port;
  }

  /** Ends every connection. */
  close(): Promise<void> {
    return this.#server.close();
  }
}

interface Asked extends Pick<PeerDoorOptions, 'linkOf'> {
  socket: Socket;
  /** What the client sent already. */
  head: Buffer;
}

async function join(request: IncomingMessage, { socket, head, linkOf }: Asked): Promise<void> {
  const link = linkOf((request.url ?? '').split(':')[0] ?? '');
  if (link === undefined) return refuse(socket, 404);
  try {
    const connection = await link.open();
    if (socket.destroyed) return void connection.destroy();
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    if (head.length > 0) connection.write(head);
    joinLink(socket, connection);
    // A server of Node's HTTP leaves its connections half open.
    socket.once('end', () => connection.destroy());
  } catch {
    refuse(socket, 502);
  }
}

function refuse(socket: Socket, status: number): void {
  // A client that is told so need not end the connection itself.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
