/** Packets of MQTT 3.1.1 (OASIS, mqtt-v3.1.1) that a client with quality of service 0 and 1 needs. */

/** What a broker sends. */
export type BrokerPacket =
  | { type: 'connack'; code: number }
  | { type: 'publish'; topic: string; payload: Buffer; qos: number; isRetained: boolean; id: number }
  | { type: 'puback'; id: number }
  | { type: 'suback'; id: number; codes: readonly number[] }
  | { type: 'pingresp' };

/** Text or bytes, and how they are sent. */
export interface Publication {
  topic: string;
  payload: string | Buffer;
  retain?: boolean;
  /** 1: until the broker has acknowledged it. */
  qos?: 0 | 1;
}

/** First bytes (section 2.2). */
const CONNECT = 0x10;
const PUBLISH = 0x30;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const RETAIN = 1;

/** Asks whether the broker is there. */
export const PINGREQ = Buffer.of(0xc0, 0);
/** Says farewell: the broker does not publish the will. */
export const DISCONNECT = Buffer.of(0xe0, 0);

export interface ConnectOptions {
  clientId: string;
  username: string | undefined;
  password: string | undefined;
  keepAliveS: number;
  /** What the broker publishes when the connection breaks, retained. */
  will: { topic: string; payload: string };
}

/** Opens a clean session (section 3.1). */
export function connectPacket({ clientId, username, password, keepAliveS, will }: ConnectOptions): Buffer {
  const [cleanSession, willWithQos1Retained] = [0x02, 0x2c];
  const credentials = (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const flags = cleanSession | willWithQos1Retained | credentials;
  const head = [field('MQTT'), Buffer.of(4, flags), number16(keepAliveS)];
  const texts = [clientId, will.topic, will.payload, username, password];
  return packet(CONNECT, ...head, ...texts.filter((text) => text !== undefined).map(field));
}

/** @param id from 1 to 65535, used with `qos` 1 only (section 3.3) */
export function publishPacket({ topic, payload, retain = false, qos = 0 }: Publication, id: number): Buffer {
  const first = PUBLISH | (qos << 1) | (retain ? RETAIN : 0);
  return packet(first, field(topic), ...(qos === 0 ? [] : [number16(id)]), Buffer.from(payload as string));
}

/** Acknowledges what the broker published (section 3.4). */
export function pubackPacket(id: number): Buffer {
  return packet(PUBACK, number16(id));
}

/** Asks for topics with quality of service 1 (section 3.8). */
export function subscribePacket(topics: readonly string[], id: number): Buffer {
  return packet(SUBSCRIBE, number16(id), ...topics.flatMap((topic) => [field(topic), Buffer.of(1)]));
}

function packet(first: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size: number[] = [];
  for (let rest = body.length, more = true; more; rest >>>= 7) {
    more = rest > 0x7f;
    size.push((rest & 0x7f) | (more ? 0x80 : 0));
  }
  return Buffer.concat([Buffer.of(first, ...size), body]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([number16(bytes.length), bytes]);
}

function number16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

/** Commands are short; pictures are not subscribed to. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_SIZE_BYTES = 4;

/** Cuts what a broker sends into packets. */
export class PacketReader {
  #chunks: Buffer[] = [];
  #length = 0;
  #needed = 2;

  /** The packets that are complete with this chunk. @throws Error when it is no MQTT or over 16 MiB */
  read(chunk: Buffer): BrokerPacket[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const packets: BrokerPacket[] = [];
    while (this.#length >= this.#needed) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      const { start, end } = extentOf(bytes);
      const isWhole = start > 0 && bytes.length >= end;
      if (isWhole) packets.push(parse(bytes[0] as number, bytes.subarray(start, end)));
      const rest = isWhole ? bytes.subarray(end) : bytes;
      this.#chunks = [rest];
      this.#length = rest.length;
      this.#needed = isWhole ? 2 : Math.max(end, rest.length + 1);
    }
    return packets;
  }
}

/** Where the body starts and ends (section 2.2.3); 0 while its size has not arrived in whole. */
function extentOf(bytes: Buffer): { start: number; end: number } {
  const first = bytes[0] as number;
  // Packets other than PUBLISH have no flags: this tells HTTP and TLS from MQTT.
  if (first >> 4 !== PUBLISH >> 4 && (first & 0x0f) !== 0)
    throw new Error('What answers does not speak MQTT');
  let size = 0;
  for (let i = 0; i < MAX_SIZE_BYTES; i += 1) {
    const byte = bytes[i + 1];
    if (byte === undefined) return { start: 0, end: 0 };
    size |= (byte & 0x7f) << (7 * i);
    if (size > MAX_BYTES) throw new Error('The MQTT broker sent a message of more than 16 MiB');
    if (byte < 0x80) return { start: i + 2, end: i + 2 + size };
  }
  throw new Error('What answers does not speak MQTT');
}

function parse(first: number, body: Buffer): BrokerPacket {
  try {
    switch (first >> 4) {
      case 2:
        return { type: 'connack', code: body.readUInt8(1) };
      case 3:
        return parsePublish(first, body);
      case 4:
        return { type: 'puback', id: body.readUInt16BE() };
      case 9:
        return { type: 'suback', id: body.readUInt16BE(), codes: [...body.subarray(2)] };
      case 13:
        return { type: 'pingresp' };
    }
  } catch (cause) {
    throw new Error('The MQTT broker sent a packet that is too short', { cause });
  }
  throw new Error('What answers does not speak MQTT');
}

function parsePublish(first: number, body: Buffer): BrokerPacket {
  const qos = (first >> 1) & 3;
  const topicEnd = 2 + body.readUInt16BE();
  const id = qos === 0 ? 0 : body.readUInt16BE(topicEnd);
  const payload = body.subarray(topicEnd + (qos === 0 ? 0 : 2));
  const topic = body.toString('utf8', 2, topicEnd);
  return { type: 'publish', topic, payload, qos, isRetained: (first & RETAIN) !== 0, id };
}
