/**
 * Gives other gateways the pictures of an agent that is connected to this one, as its worker would: they cross the link
 * once for each camera and format, and are sent on from here.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { FRAME_SOCKET_OPTIONS, type FrameFeed } from '#shared/frames/frame-socket.ts';
import { encodeLinkHeader, linkMessageSchema } from '#shared/frames/link.ts';
import { NewestOnlySender } from '#shared/frames/newest-only.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import { keepAlive } from '#shared/http/heartbeat.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import type { AgentSession } from './agent-session.ts';

export interface PeerPicturesOptions {
  /** Of an agent that is connected here. */
  session: (agent: string) => Pick<AgentSession, 'onEnd'> | undefined;
  log: Logger;
}

/** Takes the upgrades of other gateways. */
export class PeerPictures {
  readonly #options: PeerPicturesOptions;
  readonly #server = new WebSocketServer(FRAME_SOCKET_OPTIONS);
  /** Pictures of all cameras; without it none is given. */
  feed: FrameFeed | undefined;

  constructor(options: PeerPicturesOptions) {
    this.#options = options;
  }

  /** @returns false for an agent that is not connected here: two gateways must not ask each other */
  take(agent: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const session = this.#options.session(agent);
    const { feed } = this;
    if (session === undefined || feed === undefined) return false;
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      session.onEnd(() => opened.terminate());
      this.#serve(opened, agent, feed);
    });
    return true;
  }

  #serve(socket: WebSocket, agent: string, feed: FrameFeed): void {
    const { log } = this.#options;
    const sender = new NewestOnlySender(socket, () => {});
    const subscriptions = new Map<number, { close(): void }>();
    const end = (id: number): void => {
      subscriptions.get(id)?.close();
      subscriptions.delete(id);
    };
    keepAlive(socket);
    socket.on('error', (error) => log.debug({ agent, err: error }, 'a link of another gateway failed'));
    socket.once('close', () => {
      for (const id of [...subscriptions.keys()]) end(id);
    });
    socket.on('message', (data) => {
      const message = linkMessageSchema.safeParse(parseJson(String(data))).data;
      if (message === undefined || message.op === 'pace' || message.op === 'ack') return;
      end(message.id);
      if (message.op === 'open')
        subscriptions.set(message.id, openOn(sender, message.id, message.request, feed));
    });
  }
}

function openOn(
  sender: NewestOnlySender,
  id: number,
  { detections: _detections, ...request }: FrameRequest,
  feed: FrameFeed,
): { close(): void } {
  const key = {};
  const opened = feed.open(request, {
    deliver: ({ data, binary }) =>
      sender.offer(key, { data: Buffer.concat([encodeLinkHeader(id, binary), data]), binary: true }),
    notify: () => {},
    fail: () => {},
  });
  return {
    close: () => {
      opened.close();
      sender.forget(key);
    },
  };
}
