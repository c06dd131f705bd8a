/** One WebSocket to one worker, whichever of its processes lives. */
import { WebSocket } from 'ws';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { WorkerAddress } from './worker-address.ts';

export interface WorkerSocketOptions {
  /** Path at the worker. */
  path: string;
  /** Largest message taken; the worker is ours, the bound is against a bug. */
  maxMessageBytes: number;
  onMessage: (data: Buffer) => void;
  onOpen?: () => void;
  log: Logger;
}

/** A socket that broke while its worker stayed ready is opened again after this, milliseconds. */
const REOPEN_MS = 250;

/** Open from attach to detach, again and again where it breaks. */
export class WorkerSocket {
  readonly #options: WorkerSocketOptions;
  #worker: WorkerAddress | undefined;
  #socket: WebSocket | undefined;
  #reopen: NodeJS.Timeout | undefined;

  constructor(options: WorkerSocketOptions) {
    this.#options = options;
  }

  /** Connects to a worker that became ready. */
  attach(worker: WorkerAddress): void {
    this.detach();
    this.#worker = worker;
    this.#open(worker);
  }

  /** The worker is gone. */
  detach(): void {
    clearTimeout(this.#reopen);
    this.#worker = undefined;
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** Sends a text, or nothing while there is no connection. */
  send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #open(worker: WorkerAddress): void {
    const { path, maxMessageBytes, onMessage, onOpen, log } = this.#options;
    const socket = new WebSocket(`${worker.origin.replace(/^http/, 'ws')}${path}`, {
      headers: { [TOKEN_HEADER]: worker.token },
      agent: worker.link?.single,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
    });
    this.#socket = socket;
    socket.on('error', (error) => log.debug({ worker: worker.name, path, err: error }, 'link failed'));
    socket.on('open', () => onOpen?.());
    socket.on('message', onMessage);
    socket.on('close', () => this.#onClose(socket, worker));
  }

  #onClose(socket: WebSocket, worker: WorkerAddress): void {
    // A socket of an earlier process says nothing about the present one.
    if (this.#socket !== socket || this.#worker !== worker) return;
    this.#socket = undefined;
    this.#reopen = setTimeout(() => this.#open(worker), REOPEN_MS);
  }
}
