/** A viewer of `/ws/mse/:cameraId` that remembers what it got. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';

/** An open socket with its messages. */
export class MseClient {
  readonly socket: WebSocket;
  /** Text messages, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  readonly texts: any[] = [];
  /** Initialisation segments and fragments, in order. */
  readonly binaries: Buffer[] = [];
  closeCode: number | undefined;

  /** Begins to connect. @param origin `http://…` of the server */
  constructor(origin: string, cameraId: string, options: ClientOptions = {}) {
    const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/ws/mse/${cameraId}`, options);
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.binaries.push(data);
      else this.texts.push(JSON.parse(data.toString()));
    });
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('error', () => {});
  }

  /** Connects. @param origin `http://…` of the server @throws the error of the handshake */
  static async open(origin: string, cameraId: string, options: ClientOptions = {}): Promise<MseClient> {
    const client = new MseClient(origin, cameraId, options);
    await once(client.socket, 'open');
    return client;
  }

  /** Text messages of a type so far. */
  ofType(type: string): MseClient['texts'] {
    return this.texts.filter((message) => message.type === type);
  }

  /** Cuts the connection. */
  close(): void {
    this.socket.terminate();
  }
}
