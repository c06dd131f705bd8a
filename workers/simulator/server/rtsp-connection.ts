/** One client's connection: reads requests, applies faults, and answers. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { formatMessage, headerOf, type RtspMessage, RtspReader } from '#shared/media/rtsp/message.ts';
import { endlessHeader, garbage, hugeDescription } from '../faults/faults.ts';
import { type Answer, answerRequest } from './answers.ts';
import { Authentication } from './authentication.ts';
import type { Connection, ConnectionContext, RtspRequest } from './connection.ts';
import { AUDIO_TRACK } from './sdp.ts';
import type { Session } from './session.ts';

/** Serves one socket until either side ends it. */
export class RtspConnection implements Connection {
  readonly socket: Socket;
  readonly context: ConnectionContext;
  readonly authentication: Authentication | undefined;
  /** The one session a connection can have. */
  session: Session | undefined;
  #path = '';
  readonly #reader: RtspReader;

  constructor(socket: Socket, context: ConnectionContext) {
    this.socket = socket;
    this.context = context;
    this.authentication =
      context.credentials === undefined
        ? undefined
        : new Authentication(context.credentials, context.manners);
    this.#reader = new RtspReader({
      onMessage: (message) => this.#onMessage(message),
      onInterleaved: () => this.session?.touch(),
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.endSession());
  }

  /** The path last asked for. */
  get path(): string {
    return this.#path;
  }

  /** Ends the connection as a camera does that loses power: RST where that is possible. */
  reset(): void {
    if (this.socket instanceof TLSSocket) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  /** Ends the session, if there is one; the connection stays. */
  endSession(): void {
    this.session?.close();
    this.session = undefined;
  }

  #onData(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch {
      this.socket.end(formatMessage('RTSP/1.0 400 Bad Request', { Connection: 'close' }));
    }
  }

  #onMessage(message: RtspMessage): void {
    const request = readRequest(message);
    if (request === undefined) return;
    if (request.path !== '') this.#path = request.path;
    this.session?.touch();
    const { faults, onRequest } = this.context;
    if (faults.find(this.#path, 'refuse') !== undefined) this.reset();
    else if (faults.find(this.#path, 'silent') === undefined) {
      const delayMs = faults.find(this.#path, 'delay')?.ms ?? 0;
      if (delayMs === 0) this.#answer(request);
      else setTimeout(() => this.#answer(request), delayMs).unref();
      return;
    }
    onRequest(request, undefined);
  }

  #answer(request: RtspRequest): void {
    if (!this.socket.writable) return;
    const answer = this.#brokenAnswer(request) ? undefined : answerRequest(this, request);
    this.context.onRequest(request, answer?.status);
    if (answer === undefined) return;
    this.#write(request, answer);
    answer.afterwards?.();
  }

  #brokenAnswer({ cseq, method, uri }: RtspRequest): boolean {
    const { faults } = this.context;
    const badAudio =
      method === 'SETUP' && uri.endsWith(AUDIO_TRACK) ? faults.find(this.#path, 'bad-audio')?.how : undefined;
    const huge = method === 'DESCRIBE' ? faults.find(this.#path, 'huge-sdp') : undefined;
    if (faults.find(this.#path, 'garbage') !== undefined) this.socket.write(garbage());
    else if (faults.find(this.#path, 'endless-header') !== undefined) endlessHeader(cseq).pipe(this.socket);
    else if (huge !== undefined) hugeDescription(cseq, huge.bytes).pipe(this.socket, { end: false });
    else if (badAudio === 'drop') this.reset();
    else return badAudio === 'silent';
    return true;
  }

  #write({ cseq }: RtspRequest, { status, reason, headers = {}, body }: Answer): void {
    const start = `RTSP/1.0 ${status} ${reason}`;
    const { server = 'Simulated camera', hangsUp } = this.context.manners;
    const identity: Answer['headers'] = server === null ? {} : { Server: server };
    this.socket.write(formatMessage(start, { CSeq: cseq, ...identity, ...headers }, body));
    if (hangsUp === true && status === 404) this.socket.end();
  }
}

/** Undefined for what is no request, as answers to requests that we never send. */
function readRequest(message: RtspMessage): RtspRequest | undefined {
  const match = /^([A-Z_]+) (\S+) RTSP\/1\.\d$/.exec(message.startLine);
  if (match === null) return undefined;
  const uri = match[2] as string;
  return {
    method: match[1] as string,
    uri,
    path: pathOf(uri),
    cseq: headerOf(message, 'cseq') ?? '0',
    header: (name) => headerOf(message, name),
  };
}

/** The path of an address without track and trailing slash; empty for `*` and addresses without one. */
function pathOf(uri: string): string {
  const path = /^rtsps?:\/\/[^/]*(\/.*)$/i.exec(uri)?.[1] ?? '';
  return path.replace(/\/trackID=\d+$/, '').replace(/(.)\/$/, '$1');
}
