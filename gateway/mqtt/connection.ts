/** One connection to a broker, from its start to its end. */
import type { Duplex } from 'node:stream';
import { messageOf } from '#shared/errors.ts';
import type { MqttConfig } from '../config/mqtt.ts';
import {
  type BrokerPacket,
  connectPacket,
  DISCONNECT,
  PacketReader,
  PINGREQ,
  type Publication,
  pubackPacket,
  publishPacket,
  subscribePacket,
} from './packets.ts';
import { openTransport } from './transport.ts';

/** Answers to CONNECT (MQTT 3.1.1, section 3.2.2.3). */
const REFUSALS: Record<number, string> = {
  1: 'the broker does not speak MQTT 3.1.1',
  2: 'client id refused',
  3: 'broker unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
};
const REFUSED_TOPIC = 0x80;
const MAX_ID = 0xffff;
const FAREWELL_MS = 1000;

/** A message of a subscribed topic. */
export interface Received {
  topic: string;
  payload: Buffer;
  /** Kept by the broker: it may be of long ago. */
  isRetained: boolean;
}

export interface ConnectionOptions {
  broker: MqttConfig['broker'];
  clientId: string;
  will: { topic: string; payload: string };
  keepAliveS: number;
  /** Until the broker has accepted, milliseconds. */
  connectMs: number;
  onAccepted: (connection: Connection) => void;
  onMessage: (message: Received) => void;
}

/** Ends by itself when the broker does not answer for a keep-alive time. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #ended = new AbortController();
  readonly #reader = new PacketReader();
  /** Told when the broker has acknowledged, by packet id. */
  readonly #waiting = new Map<number, (codes: readonly number[]) => void>();
  #stream: Duplex | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isAccepted = false;
  #isHeard = true;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Aborts when the connection ends; its reason says why. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Connects. @returns why the connection ended, when it has */
  async run(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.signal.addEventListener('abort', () => resolve(), { once: true });
    this.#timer = setTimeout(() => this.#end('the broker does not answer'), this.#options.connectMs);
    await this.#open().catch((error: unknown) => this.#end(describe(error)));
    await promise;
    return this.signal.reason as string;
  }

  /** Resolves when it is sent, or acknowledged with `qos` 1; rejects when the connection ends before. */
  async publish(publication: Publication): Promise<void> {
    if (publication.qos !== 1)
      return this.#untilEnd((done) => this.#send(publishPacket(publication, 0), done));
    await this.#acknowledged((id) => publishPacket(publication, id));
  }

  /** @throws Error when the broker refuses a topic */
  async subscribe(topics: readonly string[]): Promise<void> {
    const codes = await this.#acknowledged((id) => subscribePacket(topics, id));
    if (codes.includes(REFUSED_TOPIC)) throw new Error('not authorized to subscribe');
  }

  /** Says farewell and ends. */
  close(): void {
    if (this.#isAccepted) this.#stream?.end(DISCONNECT);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end('closed'), this.#isAccepted ? FAREWELL_MS : 0);
  }

  async #open(): Promise<void> {
    const { broker, clientId, will, keepAliveS } = this.#options;
    const { username, password } = broker;
    const stream = await openTransport(broker, () =>
      this.#send(connectPacket({ clientId, username, password, keepAliveS, will })),
    );
    this.#stream = stream;
    if (this.signal.aborted) stream.destroy();
    stream.on('error', (error) => this.#end(describe(error)));
    stream.on('close', () => this.#end('the connection ended'));
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  #read(chunk: Buffer): void {
    this.#isHeard = true;
    try {
      for (const packet of this.#reader.read(chunk)) this.#take(packet);
    } catch (error) {
      this.#end(messageOf(error));
    }
  }

  #take(packet: BrokerPacket): void {
    if (this.signal.aborted || packet.type === 'pingresp') return;
    if (packet.type === 'connack') this.#begin(packet.code);
    else if (packet.type === 'publish') {
      if (packet.qos === 1) this.#send(pubackPacket(packet.id));
      const { topic, payload, isRetained } = packet;
      this.#options.onMessage({ topic, payload, isRetained });
    } else this.#waiting.get(packet.id)?.(packet.type === 'suback' ? packet.codes : []);
  }

  #begin(code: number): void {
    clearTimeout(this.#timer);
    if (code !== 0) {
      this.#end(`Connection refused: ${REFUSALS[code] ?? `code ${code}`}`);
      return;
    }
    this.#timer = setInterval(() => this.#ping(), this.#options.keepAliveS * 1000);
    this.#isAccepted = true;
    this.#options.onAccepted(this);
  }

  #ping(): void {
    if (!this.#isHeard) this.#end('the broker does not answer');
    this.#isHeard = false;
    this.#send(PINGREQ);
  }

  #send(bytes: Buffer, onSent?: () => void): void {
    // An error also reaches the stream's listener, which ends the connection.
    this.#stream?.write(bytes, (error) => {
      if (!error) onSent?.();
    });
  }

  async #acknowledged(packetOf: (id: number) => Buffer): Promise<readonly number[]> {
    const id = this.#freeId();
    let answer: readonly number[] = [];
    try {
      await this.#untilEnd((done) => {
        this.#waiting.set(id, (codes) => {
          answer = codes;
          done();
        });
        this.#send(packetOf(id));
      });
    } finally {
      this.#waiting.delete(id);
    }
    return answer;
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId % MAX_ID) + 1;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  async #untilEnd(start: (done: () => void) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = (): void => reject(new Error('The connection to the MQTT broker ended'));
    if (this.signal.aborted) end();
    this.signal.addEventListener('abort', end, { once: true });
    try {
      if (!this.signal.aborted) start(resolve);
      await promise;
    } finally {
      this.signal.removeEventListener('abort', end);
    }
  }

  #end(reason: string): void {
    clearTimeout(this.#timer);
    this.#ended.abort(reason);
    this.#stream?.destroy();
  }
}

/** Node tells of several failed addresses without a message. */
function describe(error: unknown): string {
  return messageOf(error) || ((error as NodeJS.ErrnoException).code ?? 'no connection');
}
