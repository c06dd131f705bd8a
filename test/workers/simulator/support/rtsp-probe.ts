/** A client that says exactly what a test wants to say, and keeps everything it hears. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type DigestInput, digestResponse, parseAuthHeader } from '#shared/media/rtsp/digest.ts';
import { formatMessage, headerOf, type RtspMessage, RtspReader } from '#shared/media/rtsp/message.ts';
import type { RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** An answer, read. */
export interface ProbeAnswer {
  status: number;
  header(name: string): string | undefined;
  body: string;
}

/** An RTP packet, read. */
export interface ProbePacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payload: Buffer;
  /** Bytes of the whole packet. */
  bytes: number;
}

const TCP_TRANSPORT = 'RTP/AVP/TCP;unicast;interleaved=0-1';

/** Reads an RTP packet with a plain header of 12 bytes. */
export function readRtp(packet: Buffer): ProbePacket {
  return {
    payloadType: packet.readUInt8(1) & 0x7f,
    marker: packet.readUInt8(1) >= 0x80,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(12),
    bytes: packet.length,
  };
}

/** One connection to a server under test. */
export class RtspProbe {
  readonly socket: Socket;
  /** Interleaved packets by channel. */
  readonly received = new Map<number, Buffer[]>();
  /** What arrived that is not RTSP. */
  readonly raw: Buffer[] = [];
  isClosed = false;
  closeError: NodeJS.ErrnoException | undefined;
  sessionId = '';
  readonly #server: RtspServer;
  readonly #answers: RtspMessage[] = [];
  #sequence = 0;

  private constructor(server: RtspServer, socket: Socket) {
    this.#server = server;
    this.socket = socket;
    const reader = new RtspReader({
      onMessage: (message) => this.#answers.push(message),
      onInterleaved: ({ channel, payload }) => {
        const packets = this.received.get(channel) ?? [];
        packets.push(Buffer.from(payload));
        this.received.set(channel, packets);
      },
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch {
        this.raw.push(chunk);
      }
    });
    socket.on('error', (error) => {
      this.closeError = error;
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  static async connect(server: RtspServer): Promise<RtspProbe> {
    const socket = connect(server.port, '127.0.0.1');
    const probe = new RtspProbe(server, socket);
    await once(socket, 'connect');
    return probe;
  }

  /** RTP packets of channel 0 so far. */
  get packets(): ProbePacket[] {
    return (this.received.get(0) ?? []).map(readRtp);
  }

  /** Received answers without a waiter. */
  get unread(): number {
    return this.#answers.length;
  }

  /** Sends a request for a path and waits for its answer. */
  async request(method: string, path: string, headers: Record<string, string> = {}): Promise<ProbeAnswer> {
    this.send(method, path, headers);
    const message = await waitFor(() => this.#answers.shift(), { message: `an answer to ${method}` });
    return {
      status: Number(/^RTSP\/1\.0 (\d+)/.exec(message.startLine)?.[1]),
      header: (name) => headerOf(message, name),
      body: message.body.toString(),
    };
  }

  /** Sends a request without waiting. */
  send(method: string, path: string, headers: Record<string, string> = {}): void {
    this.#sequence += 1;
    const session: Record<string, string> = this.sessionId === '' ? {} : { Session: this.sessionId };
    const start = `${method} ${this.#server.url(path)} RTSP/1.0`;
    this.socket.write(formatMessage(start, { CSeq: this.#sequence, ...session, ...headers }));
  }

  /** Sets a session up and plays it; TCP unless another transport is given. */
  async play(path: string, transport = TCP_TRANSPORT): Promise<{ setUp: ProbeAnswer; play: ProbeAnswer }> {
    const setUp = await this.request('SETUP', `${path}/trackID=0`, { Transport: transport });
    this.sessionId = setUp.header('session')?.split(';')[0] ?? '';
    return { setUp, play: await this.request('PLAY', path) };
  }

  /** Waits until so many RTP packets of channel 0 are here. */
  async waitForPackets(count: number): Promise<ProbePacket[]> {
    await waitFor(() => (this.received.get(0)?.length ?? 0) >= count, { message: `${count} RTP packets` });
    return this.packets;
  }

  async waitForClose(): Promise<void> {
    await waitFor(() => this.isClosed, { message: 'the connection to end' });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** The `Authorization` that answers a challenge. */
export function answerChallenge(
  challenge: string,
  input: Pick<DigestInput, 'username' | 'password' | 'method' | 'uri'>,
): string {
  const { parameters } = parseAuthHeader(challenge);
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const algorithm = parameters.get('algorithm');
  const quality =
    parameters.get('qop') === undefined ? {} : { qop: 'auth', nc: '00000001', cnonce: 'c0ffee' };
  const response = digestResponse({ ...input, ...quality, realm, nonce, algorithm });
  const fields = { username: input.username, realm, nonce, uri: input.uri, response, ...quality };
  const quoted = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
  return `Digest ${[...quoted, ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`])].join(', ')}`;
}
