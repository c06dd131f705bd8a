/** Listens to the analysis worker, whichever of its processes lives. */
import { WebSocket } from 'ws';
import { RESULTS_PATH, type ResultMessage, resultMessageSchema } from '#shared/detections.ts';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { WorkerAddress } from '../supervisor/worker-status.ts';

/** What a link is made of. */
export interface ResultsLinkOptions {
  onMessage: (message: ResultMessage) => void;
  log: Logger;
}

/** Larger than any event with its picture. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const REOPEN_MS = 250;

/** One WebSocket to one worker. */
export class ResultsLink {
  readonly #options: ResultsLinkOptions;
  #worker: WorkerAddress | undefined;
  #socket: WebSocket | undefined;
  #reopen: NodeJS.Timeout | undefined;

  constructor(options: ResultsLinkOptions) {
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

  #open(worker: WorkerAddress): void {
    const { log } = this.#options;
    const socket = new WebSocket(`${worker.origin.replace(/^http/, 'ws')}${RESULTS_PATH}`, {
      headers: { [TOKEN_HEADER]: worker.token },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    this.#socket = socket;
    socket.on('error', (error) => log.debug({ worker: worker.name, err: error }, 'results link failed'));
    socket.on('message', (data: Buffer) => this.#onMessage(data));
    socket.on('close', () => {
      // A socket of an earlier process says nothing about the present one.
      if (this.#socket !== socket || this.#worker !== worker) return;
      this.#reopen = setTimeout(() => this.#open(worker), REOPEN_MS);
    });
  }

  #onMessage(data: Buffer): void {
    const message = resultMessageSchema.safeParse(parseJson(data));
    if (message.success) this.#options.onMessage(message.data);
    else this.#options.log.error({ issue: message.error.issues[0]?.message }, 'analysis sent a bad message');
  }
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}
