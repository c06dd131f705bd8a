/** Sends results to the gateway. Detections are dropped when no gateway can take them; events are kept. */
import type { WebSocket } from 'ws';
import type { ResultMessage } from '#shared/detections.ts';
import type { Logger } from '#shared/logger.ts';

/** Events that wait for a gateway, each with its newest state only. */
const MAX_WAITING = 256;
/** A gateway with more than this in its buffer gets no detections. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** All connected gateways. */
export class Results {
  readonly #sockets = new Set<WebSocket>();
  readonly #log: Logger;
  /** JSON by event id. */
  readonly #waiting = new Map<string, string>();
  readonly #greeting: () => ResultMessage;
  /** Detections that a slow gateway did not get. */
  drops = 0;

  /** @param greeting first message for each listener */
  constructor(greeting: () => ResultMessage, log: Logger) {
    this.#greeting = greeting;
    this.#log = log;
  }

  /** Adds a listener until its socket closes. */
  serve(socket: WebSocket): void {
    socket.on('error', (error) => this.#log.debug({ err: error }, 'results socket failed'));
    socket.on('close', () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    socket.send(JSON.stringify(this.#greeting()));
    for (const text of this.#waiting.values()) socket.send(text);
    this.#waiting.clear();
  }

  /** Sends to all listeners. */
  notify(message: ResultMessage): void {
    const text = JSON.stringify(message);
    if (message.type === 'event' && this.#sockets.size === 0) this.#keep(message.event.id, text);
    for (const socket of this.#sockets) {
      const isLate = socket.bufferedAmount > MAX_BUFFERED_BYTES;
      if (isLate && (message.type === 'detections' || message.type === 'motion-level')) this.drops += 1;
      else socket.send(text);
    }
  }

  #keep(id: string, text: string): void {
    this.#waiting.delete(id);
    this.#waiting.set(id, text);
    const oldest = this.#waiting.keys().next().value;
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
  }
}
