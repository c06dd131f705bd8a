/** A client of the gateway's RTSP server that says exactly what a test wants to say. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { formatMessage, headerOf, type RtspMessage, RtspReader } from '#shared/media/rtsp/message.ts';
import { answerChallenge } from '../workers/simulator/support/rtsp-probe.ts';
import { waitFor } from './wait-for.ts';

/** An answer, read. */
export interface ReaderAnswer {
  status: number;
  header(name: string): string | undefined;
  body: string;
}

/** One connection. */
export class RtspClient {
  readonly socket: Socket;
  /** Interleaved packets received. */
  packets = 0;
  /** When the first of them came, milliseconds of a monotonic clock. */
  firstAt: number | undefined;
  isClosed = false;
  readonly #origin: string;
  readonly #answers: RtspMessage[] = [];
  #sequence = 0;

  private constructor(socket: Socket, port: number) {
    this.socket = socket;
    this.#origin = `rtsp://127.0.0.1:${port}`;
    const reader = new RtspReader({
      onMessage: (message) => void this.#answers.push(message),
      onInterleaved: () => {
        this.packets += 1;
        this.firstAt ??= performance.now();
      },
    });
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  static async open(port: number): Promise<RtspClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RtspClient(socket, port);
  }

  /** Sends a request and waits for its answer. */
  async ask(method: string, path: string, headers: Record<string, string> = {}): Promise<ReaderAnswer> {
    this.#sequence += 1;
    const start = `${method} ${this.#origin}${path} RTSP/1.0`;
    this.socket.write(formatMessage(start, { CSeq: this.#sequence, ...headers }));
    const message = await waitFor(() => this.#answers.shift(), { message: `an answer to ${method}` });
    return {
      status: Number(/^RTSP\/1\.0 (\d+)/.exec(message.startLine)?.[1]),
      header: (name) => headerOf(message, name),
      body: message.body.toString(),
    };
  }

  /** The same with credentials, by the digest that the server asks for. */
  async askAs(
    method: string,
    path: string,
    { username, password }: { username: string; password: string },
  ): Promise<ReaderAnswer> {
    const refused = await this.ask(method, path);
    const uri = `${this.#origin}${path}`;
    const challenge = refused.header('www-authenticate') ?? '';
    const authorization = answerChallenge(challenge, { username, password, method, uri });
    return await this.ask(method, path, { Authorization: authorization });
  }

  /** Plays the picture over this connection, without credentials; resolves with the first packet. */
  async play(path: string): Promise<void> {
    const { body, header } = await this.ask('DESCRIBE', path);
    const control = /m=video[\s\S]*?a=control:(\S+)/.exec(body)?.[1] ?? 'trackID=0';
    const track = control.startsWith('rtsp://') ? control : `${header('content-base') ?? ''}${control}`;
    const trackPath = track.replace(/^rtsp:\/\/[^/]*/, '');
    const setUp = await this.ask('SETUP', trackPath, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
    await this.ask('PLAY', path, { Session: setUp.header('session')?.split(';')[0] ?? '' });
    await waitFor(() => this.firstAt, { message: 'the first packet' });
  }

  close(): void {
    this.socket.destroy();
  }
}
