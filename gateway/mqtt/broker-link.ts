/** The connection to the broker, made again whenever it ends. The only door to `mqtt`. */
import { randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { backoffMs } from '#shared/backoff.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { MqttConfig } from '../config/mqtt.ts';
import { Pause } from '../jobs/pause.ts';

/** Text or bytes, and how they are sent. */
export interface Publication {
  topic: string;
  payload: string | Buffer;
  retain?: boolean;
  /** 1: until the broker has acknowledged it. */
  qos?: 0 | 1;
}

/** One connection. */
export interface Session {
  /** Aborts when the connection ends. */
  signal: AbortSignal;
  /** Resolves when it is sent, or acknowledged with `qos` 1; rejects when the connection ends before. */
  publish(publication: Publication): Promise<void>;
}

/** A message of a subscribed topic. */
export interface Received {
  topic: string;
  payload: Buffer;
  /** Kept by the broker: it may be of long ago. */
  isRetained: boolean;
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

const ONLINE = { payload: 'online', retain: true, qos: 1 } as const;
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
  #isLeaving = false;
  /** When the broker accepted this connection, milliseconds. */
  #openedAt = Number.POSITIVE_INFINITY;
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
    this.#isLeaving = true;
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
      this.#openedAt = Number.POSITIVE_INFINITY;
      const reason = await this.#connectOnce().catch(messageOf);
      if (signal.aborted) return;
      if (performance.now() - this.#openedAt > GOOD_MS) failures = 0;
      const retryMs = Math.round(backoffMs(failures, { ...backoff, jitter: JITTER }));
      const facts = { reason, retryMs };
      if (failures === 0) log.warn(facts, 'the MQTT broker is not there; events wait for it');
      else log.debug(facts, 'the MQTT broker is still not there');
      await this.#pause.wait(retryMs, signal);
    }
  }

  /** One connection, from its start to its end. @returns why it ended */
  async #connectOnce(): Promise<string> {
    // Loaded when a broker is configured only.
    const { connect } = await import('mqtt');
    const ended = new AbortController();
    const client = connect(this.#connectOptions());
    let reason = 'the connection ended';
    client.on('error', (error) => {
      reason = messageOf(error) || ((error as NodeJS.ErrnoException).code ?? 'no connection');
    });
    client.on('message', (topic, payload, { retain }) => {
      if (topic === this.#options.statusTopic) this.#onStatus(String(payload));
      else this.#options.onMessage({ topic, payload, isRetained: retain });
    });
    client.on('connect', () => this.#open(client, ended.signal));
    let late: NodeJS.Timeout | undefined;
    const stop = (): void => {
      client.end(false);
      // The library waits for every acknowledgement, and a broker that hangs gives none.
      late = setTimeout(() => client.stream.destroy(), FAREWELL_MS);
    };
    this.#closing.signal.addEventListener('abort', stop, { once: true });
    if (this.#closing.signal.aborted) stop();
    await new Promise<void>((resolve) => void client.once('close', resolve));
    clearTimeout(late);
    this.#closing.signal.removeEventListener('abort', stop);
    this.#session = undefined;
    this.#lastError = reason;
    ended.abort();
    client.end(true);
    return reason;
  }

  /** What the broker says of a gateway that was lost earlier must not stand for this one. */
  #onStatus(status: string): void {
    if (status === ONLINE.payload || this.#isLeaving) return;
    const { statusTopic: topic } = this.#options;
    this.#session?.publish({ topic, ...ONLINE }).catch(() => {});
  }

  #connectOptions() {
    const { broker, statusTopic: topic } = this.#options;
    const { protocol, host, port, path, username, password, ca } = broker;
    return {
      ...{ protocol, host, port, username, password },
      ...(protocol === 'ws' || protocol === 'wss' ? { path } : {}),
      ...(ca === undefined ? {} : { ca }),
      clientId: this.#clientId,
      will: { topic, payload: Buffer.from('offline'), retain: true, qos: 1 as const },
      // Connections are made again here, with growing pauses.
      reconnectPeriod: 0,
      connectTimeout: CONNECT_MS,
      keepalive: KEEPALIVE_S,
      timerVariant: 'native' as const,
      queueQoSZero: false,
    };
  }

  #open(client: MqttClient, signal: AbortSignal): void {
    const { statusTopic: topic, subscriptions, onSession, log } = this.#options;
    const session: Session = {
      signal,
      publish: ({ topic, payload, retain = false, qos = 0 }) =>
        orEnded(client.publishAsync(topic, payload as Buffer, { retain, qos }), signal),
    };
    this.#session = session;
    this.#openedAt = performance.now();
    this.#connections += 1;
    this.#lastError = undefined;
    log.info('connected to the MQTT broker');
    client.subscribeAsync([topic, ...subscriptions], { qos: 1 }).catch((error: unknown) => {
      if (!signal.aborted)
        log.warn(
          { reason: messageOf(error) },
          'the MQTT broker refuses the subscription; it sends no commands',
        );
    });
    session.publish({ topic, ...ONLINE }).catch(() => {});
    onSession(session);
  }
}

/** Waits no longer than the connection: the library leaves some of its promises open then. */
async function orEnded(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(new Error('The connection to the MQTT broker ended'));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', end);
    work.catch(() => {});
    ended.catch(() => {});
  }
}
