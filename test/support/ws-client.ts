/** A client of a WebSocket, of `/ws` by default, that remembers what it got. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';

/** A message of the server: parsed JSON, or the bytes of a binary one. */
// biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
export type ServerMessage = any;

/** An open socket with its messages. */
export class WsClient {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  closeCode: number | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) =>
      this.messages.push(isBinary ? data : JSON.parse(data.toString())),
    );
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('error', () => {});
  }

  /** Connects. @param origin `http://…` of the server @throws the error of the handshake */
  static async open(origin: string, options: ClientOptions = {}, path = '/ws'): Promise<WsClient> {
    const client = new WsClient(new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, options));
    await once(client.socket, 'open');
    return client;
  }

  /** Sends JSON, or text as it is. */
  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Frames of a camera so far. */
  frames(cameraId?: string): ServerMessage[] {
    return this.messages.filter(
      (message) => message.type === 'frame' && (cameraId === undefined || message.cameraId === cameraId),
    );
  }

  /** Errors so far. */
  errors(): ServerMessage[] {
    return this.messages.filter(({ type }) => type === 'error');
  }

  /** Cuts the connection. */
  close(): void {
    this.socket.terminate();
  }
}
