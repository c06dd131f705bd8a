/** The connection to the broker, made again whenever it ends. */
import { randomBytes } from 'node:crypto';
import { backoffMs } from '#shared/backoff.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { MqttConfig } from '../config/mqtt.ts';
import { Pause } from '../jobs/pause.ts';
import { Connection, type Received } from './connection.ts';
import type { Publication } from './packets.ts';

/** One connection. */
export interface Session {
  /** Aborts when the connection ends. */
  signal: AbortSignal;
  /** Resolves when it is sent, or acknowledged with `qos` 1; rejects when the connection ends before. */
  publish(publication: Publication): Promise<void>;
}

export interface BrokerLinkOptions {
  broker: MqttConfig['broker'];
  /** Says `online` and `offline`, the second also by the broker when the gateway is lost. */
  statusTopic: string;
  subscriptions: readonly string[];
  onSession: (session: Session) => void;
  onMessage: (message: Received) => void;
  log: Logger;
  /** Pause after the first failure and the longest one, milliseconds. */
  backoff?: { firstMs: number; maxMs: number };
}

const BACKOFF = { firstMs: 1000, maxMs: 30_000 };
const JITTER = 0.3;
/** A connection that held this long was a good one, milliseconds. */
const GOOD_MS = 10_000;
const CONNECT_MS = 10_000;
const KEEPALIVE_S = 30;
const FAREWELL_MS = 1000;

/** Runs from start to close. */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  readonly #closing = new AbortController();
  readonly #pause = new Pause();
  readonly #clientId = `gateway-${randomBytes(6).toString('hex')}`;
  #running: Promise<void> = Promise.resolve();
  #session: Session | undefined;
  #connections = 0;
  #lastError: string | undefined;

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** Connections since the start. */
  get connections(): number {
    return this.#connections;
  }

  /** Why the last connection ended or was not made. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Says farewell, so that clients need not wait for the broker to notice, and disconnects. */
  async close(): Promise<void> {
    const { statusTopic: topic } = this.#options;
    const farewell = this.#session?.publish({ topic, payload: 'offline', retain: true, qos: 1 });
    await Promise.race([farewell?.catch(() => {}), new Pause().wait(farewell ? FAREWELL_MS : 0)]);
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, backoff = BACKOFF } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startedAt = performance.now();
      const reason = await this.#connectOnce().catch(messageOf);
      if (signal.aborted) return;
      if (performance.now() - startedAt > GOOD_MS) failures = 0;
      const retryMs = Math.round(backoffMs(failures, { ...backoff, jitter: JITTER }));
      const facts = { reason, retryMs };
      if (failures === 0) log.warn(facts, 'the MQTT broker is not there; events wait for it');
      else log.debug(facts, 'the MQTT broker is still not there');
      await this.#pause.wait(retryMs, signal);
    }
  }

  /** One connection, from its start to its end. @returns why it ended */
  async #connectOnce(): Promise<string> {
    const { broker, statusTopic: topic, onMessage } = this.#options;
    const connection = new Connection({
      broker,
      clientId: this.#clientId,
      will: { topic, payload: 'offline' },
      keepAliveS: KEEPALIVE_S,
      connectMs: CONNECT_MS,
      onAccepted: () => this.#open(connection),
      onMessage,
    });
    const stop = (): void => connection.close();
    const { signal } = this.#closing;
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const reason = await connection.run();
    signal.removeEventListener('abort', stop);
    this.#session = undefined;
    this.#lastError = reason;
    return reason;
  }

  #open(connection: Connection): void {
    const { statusTopic: topic, subscriptions, onSession, log } = this.#options;
    this.#session = connection;
    this.#connections += 1;
    this.#lastError = undefined;
    log.info('connected to the MQTT broker');
    connection.subscribe(subscriptions).catch((error: unknown) => {
      if (!connection.signal.aborted)
        log.warn(
          { reason: messageOf(error) },
          'the MQTT broker refuses the subscription; it sends no commands',
        );
    });
    connection.publish({ topic, payload: 'online', retain: true, qos: 1 }).catch(() => {});
    onSession(connection);
  }
}
