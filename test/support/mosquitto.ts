/** A real broker: mosquitto on a port of its own, and a client that sees every message. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { BROKER_CA, BROKER_CERTIFICATE, BROKER_KEY } from './broker-certificates.ts';
import { freePort } from './free-port.ts';
import { killNow } from './processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

interface MosquittoOptions {
  user?: { name: string; password: string };
  isTls?: boolean;
}

/** Of what a client says to itself. */
const ECHO = 'test/echo';

/** A message as the client got it. */
export interface SeenMessage {
  topic: string;
  text: string;
  payload: Buffer;
  isRetained: boolean;
}

/** Keeps nothing on disk: a restarted one has forgotten what it retained. */
export class Mosquitto {
  readonly port: number;
  readonly folder = temporaryFolder();
  #child: ChildProcess | undefined;

  private constructor(port: number, options: MosquittoOptions) {
    this.port = port;
    writeFileSync(join(this.folder, 'ca.pem'), BROKER_CA);
    writeFileSync(join(this.folder, 'certificate.pem'), BROKER_CERTIFICATE);
    writeFileSync(join(this.folder, 'key.pem'), BROKER_KEY);
    writeFileSync(join(this.folder, 'mosquitto.conf'), this.#configuration(options));
  }

  /** Starts one on a free port. */
  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort(), options);
    await broker.start();
    return broker;
  }

  /** Path of the certificate of its authority. */
  get caFile(): string {
    return join(this.folder, 'ca.pem');
  }

  /** Starts it, also again after {@link kill}. */
  async start(): Promise<void> {
    this.#child = spawn('mosquitto', ['-c', join(this.folder, 'mosquitto.conf')], { stdio: 'ignore' });
    await waitFor(() => this.#isListening(), { message: 'mosquitto to listen' });
  }

  /** Ends it without a farewell. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await killNow(child);
  }

  #configuration({ user, isTls = false }: MosquittoOptions): string {
    const file = (name: string): string => join(this.folder, name);
    const lines = [
      `listener ${this.port} 127.0.0.1`,
      'persistence false',
      `allow_anonymous ${user === undefined}`,
    ];
    if (process.getuid?.() === 0) lines.unshift('user root');
    if (isTls) lines.push(`certfile ${file('certificate.pem')}`, `keyfile ${file('key.pem')}`);
    if (user !== undefined) {
      spawnSync('mosquitto_passwd', ['-c', '-b', file('passwords'), user.name, user.password]);
      chmodSync(file('passwords'), 0o600);
      lines.push(`password_file ${file('passwords')}`);
    }
    return `${lines.join('\n')}\n`;
  }

  async #isListening(): Promise<boolean> {
    const socket = connectTcp(this.port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return isOpen;
  }
}

/** A client of the broker that takes every message. */
export class MqttListener {
  readonly messages: SeenMessage[] = [];
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, { retain }) =>
      this.messages.push({ topic, payload, text: payload.toString(), isRetained: retain }),
    );
  }

  static async open(url: string): Promise<MqttListener> {
    const client = await connectAsync(url, { reconnectPeriod: 50 });
    const listener = new MqttListener(client);
    await client.subscribeAsync('#', { qos: 1 });
    return listener;
  }

  /** Messages at a topic, oldest first. */
  at(topic: string): SeenMessage[] {
    return this.messages.filter((message) => message.topic === topic);
  }

  /** The newest message at a topic, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  json(topic: string): any {
    const text = this.at(topic).at(-1)?.text;
    return text === undefined || text === '' ? undefined : JSON.parse(text);
  }

  /** Waits until something at a topic is as wanted. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async until(topic: string, isWanted: (body: any) => boolean = () => true): Promise<any> {
    await waitFor(() => this.json(topic) !== undefined && isWanted(this.json(topic)), {
      message: () => `${topic}; last: ${this.at(topic).at(-1)?.text}`,
    });
    return this.json(topic);
  }

  async publish(topic: string, body: unknown, options: { retain?: boolean } = {}): Promise<void> {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    await this.#client.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** Resolves when it hears the broker, also one that was started anew. */
  async hears(): Promise<void> {
    const before = this.at(ECHO).length;
    const isHeard = async (): Promise<boolean> => {
      // Again and again: the first may come to the broker before the subscription does.
      await this.publish(ECHO, '');
      return this.at(ECHO).length > before;
    };
    await waitFor(isHeard, { message: 'the broker to be heard' });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
