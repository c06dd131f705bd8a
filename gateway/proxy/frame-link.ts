/** The gateway's end of the link to one worker: one WebSocket for all subscriptions of its cameras. */
import { WebSocket } from 'ws';
import { decodeLinkFrame, LINK_PATH, type LinkMessage } from '#shared/frames/link.ts';
import type { FramePayload } from '#shared/frames/payload.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { WorkerAddress } from '../supervisor/worker-status.ts';

/** Larger than any picture; the worker is ours, the bound is against a bug. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** A link that broke while its worker stayed ready is opened again after this, milliseconds. */
const REOPEN_MS = 250;

interface OpenSubscription {
  request: FrameRequest;
  deliver: (payload: FramePayload) => void;
}

/** Keeps the subscriptions of one worker, whichever of its processes lives. */
export class FrameLink {
  readonly #log: Logger;
  readonly #subscriptions = new Map<number, OpenSubscription>();
  #worker: WorkerAddress | undefined;
  #socket: WebSocket | undefined;
  #reopen: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Number of subscriptions carried. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /** Connects to a worker that became ready, and asks it for everything anew. */
  attach(worker: WorkerAddress): void {
    this.detach();
    this.#worker = worker;
    this.#open(worker);
  }

  /** The worker is gone; subscriptions stay and wait. */
  detach(): void {
    clearTimeout(this.#reopen);
    this.#worker = undefined;
    this.#socket?.terminate();
    this.#socket = undefined;
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

  #open(worker: WorkerAddress): void {
    const socket = new WebSocket(`${worker.origin.replace(/^http/, 'ws')}${LINK_PATH}`, {
      headers: { [TOKEN_HEADER]: worker.token },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    this.#socket = socket;
    socket.on('error', (error) => this.#log.debug({ worker: worker.name, err: error }, 'link failed'));
    socket.on('open', () => {
      for (const [id, { request }] of this.#subscriptions) this.#send({ op: 'open', id, request });
    });
    socket.on('message', (data: Buffer) => {
      const frame = decodeLinkFrame(data);
      if (frame !== undefined) this.#subscriptions.get(frame.id)?.deliver(frame.payload);
    });
    socket.on('close', () => this.#onClose(socket, worker));
  }

  #onClose(socket: WebSocket, worker: WorkerAddress): void {
    // A socket of an earlier process says nothing about the present one.
    if (this.#socket !== socket || this.#worker !== worker) return;
    this.#socket = undefined;
    this.#reopen = setTimeout(() => this.#open(worker), REOPEN_MS);
  }

  #send(message: LinkMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
