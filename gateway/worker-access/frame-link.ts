/** The gateway's end of the link to one worker: one WebSocket for all subscriptions of its cameras. */
import { decodeLinkFrame, LINK_PATH, type LinkMessage } from '#shared/frames/link.ts';
import { type FramePayload, isFrameOf } from '#shared/frames/payload.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import type { WorkerAddress } from './worker-address.ts';
import { WorkerSocket } from './worker-socket.ts';

/** Larger than any picture. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

interface OpenSubscription {
  request: FrameRequest;
  deliver: (payload: FramePayload) => void;
}

/** Keeps the subscriptions of one worker, whichever of its processes lives. */
export class FrameLink {
  readonly #subscriptions = new Map<number, OpenSubscription>();
  readonly #socket: WorkerSocket;
  #lastId = 0;
  /**
   * Whether the worker is on another network. It is told of every frame that arrived, since they pile up on
   * the way, and its frames must be of the camera that was asked for, since it may be in foreign hands.
   */
  #isElsewhere = false;

  constructor(log: Logger) {
    this.#socket = new WorkerSocket({
      path: LINK_PATH,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onOpen: () => this.#onOpen(),
      onMessage: (data) => this.#onMessage(data),
      log,
    });
  }

  /** Number of subscriptions carried. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /** Connects to a worker that became ready, and asks it for everything anew. */
  attach(worker: WorkerAddress): void {
    const { pictures, link, ...direct } = worker;
    this.#isElsewhere = link !== undefined && pictures === undefined;
    // Another gateway has the link of the agent: over it pictures come once for all gateways.
    this.#socket.attach(pictures === undefined ? worker : { ...direct, ...pictures });
  }

  /** The worker is gone; subscriptions stay and wait. */
  detach(): void {
    this.#socket.detach();
  }

  /** Asks for frames, now and from every process to come. */
  subscribe(request: FrameRequest, deliver: (payload: FramePayload) => void): { close(): void } {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#subscriptions.set(id, { request, deliver });
    this.#send({ op: 'open', id, request });
    return {
      close: () => {
        if (this.#subscriptions.delete(id)) this.#send({ op: 'close', id });
      },
    };
  }

  #onOpen(): void {
    if (this.#isElsewhere) this.#send({ op: 'pace' });
    for (const [id, { request }] of this.#subscriptions) this.#send({ op: 'open', id, request });
  }

  #onMessage(data: Buffer): void {
    if (this.#isElsewhere) this.#send({ op: 'ack' });
    const frame = decodeLinkFrame(data);
    const subscription = frame && this.#subscriptions.get(frame.id);
    if (frame === undefined || subscription === undefined) return;
    const { request, deliver } = subscription;
    if (!this.#isElsewhere || isFrameOf(request.cameraId, frame.payload)) deliver(frame.payload);
  }

  #send(message: LinkMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}
