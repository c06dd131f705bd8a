/** Listens to the analysis worker, whichever of its processes lives. */
import { RESULTS_PATH, type ResultMessage, resultMessageSchema } from '#shared/detections.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { WorkerSocket } from '../worker-access/worker-socket.ts';

export interface ResultsLinkOptions {
  onMessage: (message: ResultMessage) => void;
  log: Logger;
}

/** Larger than any event with its picture. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Hands on what the analysis worker tells. */
export class ResultsLink {
  readonly #options: ResultsLinkOptions;
  readonly #socket: WorkerSocket;

  constructor(options: ResultsLinkOptions) {
    this.#options = options;
    this.#socket = new WorkerSocket({
      path: RESULTS_PATH,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onMessage: (data) => this.#onMessage(data),
      log: options.log,
    });
  }

  /** Connects to a worker that became ready. */
  attach(worker: WorkerAddress): void {
    this.#socket.attach(worker);
  }

  /** The worker is gone. */
  detach(): void {
    this.#socket.detach();
  }

  #onMessage(data: Buffer): void {
    const message = resultMessageSchema.safeParse(parseJson(data.toString()));
    if (message.success) this.#options.onMessage(message.data);
    else this.#options.log.error({ issue: message.error.issues[0]?.message }, 'analysis sent a bad message');
  }
}
