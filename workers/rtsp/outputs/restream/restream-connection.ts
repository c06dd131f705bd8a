/** One client's RTSP connection (RFC 2326), which the gateway has let in for one camera. */
import { isIPv6, type Socket } from 'node:net';
import type { UdpPorts } from '#shared/media/rtp/udp-ports.ts';
import { formatMessage, headerOf, type RtspMessage, RtspReader } from '#shared/media/rtsp/message.ts';
import { cameraIdOf, READER_METHODS } from '#shared/media/rtsp/reader-request.ts';
import { TcpSender, UdpSender } from '#shared/media/rtsp/senders.ts';
import { formatTransport, parseTransport, type TransportRequest } from '#shared/media/rtsp/transport.ts';
import { RestreamSession } from './restream-session.ts';
import { AUDIO_CONTROL, type RestreamStream, VIDEO_CONTROL } from './restream-stream.ts';

/** A session over UDP that is silent for longer has ended, seconds. */
export const SESSION_TIMEOUT_S = 60;
/** How long a description waits for a camera that just connects, milliseconds. */
const DESCRIBE_MS = 8000;

export interface ConnectionOptions {
  cameraId: string;
  /** Where datagrams go: the address from which the client came, and no other. */
  clientAddress: string;
  stream: RestreamStream;
  /** Opened when a client first wants datagrams. */
  udp: (family: 'udp4' | 'udp6') => Promise<UdpPorts>;
}

interface Answer {
  status: number;
  reason: string;
  headers?: Record<string, string>;
  body?: string;
  afterwards?: () => void;
}

interface Request {
  method: string;
  uri: string;
  header(name: string): string | undefined;
}

/** Serves one socket until either side ends it. */
export class RestreamConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader: RtspReader;
  #session: RestreamSession | undefined;
  #isUdp = false;
  /** Requests are answered in order. */
  #turn: Promise<void> = Promise.resolve();

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new RtspReader({
      onMessage: (message) => {
        this.#turn = this.#turn.then(() => this.#onMessage(message)).catch(() => this.close());
      },
      onInterleaved: () => this.#session?.touch(),
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#endSession());
  }

  /** The session; undefined before SETUP. */
  get session(): RestreamSession | undefined {
    return this.#session;
  }

  /** Whether it waits for signs of life: over TCP the connection itself is one. */
  get isUdp(): boolean {
    return this.#isUdp;
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch {
      this.#socket.end(formatMessage('RTSP/1.0 400 Bad Request', { Connection: 'close' }));
    }
  }

  async #onMessage(message: RtspMessage): Promise<void> {
    const match = /^([A-Z_]+) (\S+) RTSP\/1\.\d$/.exec(message.startLine);
    if (match === null) return;
    this.#session?.touch();
    const [, method = '', uri = ''] = match;
    const answer = await this.#answer({ method, uri, header: (name) => headerOf(message, name) });
    if (!this.#socket.writable) return;
    const { status, reason, headers = {}, body } = answer;
    const cseq = headerOf(message, 'cseq') ?? '0';
    this.#socket.write(formatMessage(`RTSP/1.0 ${status} ${reason}`, { CSeq: cseq, ...headers }, body));
    answer.afterwards?.();
  }

  async #answer(request: Request): Promise<Answer> {
    const { method, uri } = request;
    if (method === 'OPTIONS') return ok({ Public: READER_METHODS });
    if (uri !== '*' && cameraIdOf(uri) !== this.#options.cameraId) return refusal(404, 'Not Found');
    if (method === 'DESCRIBE') return await this.#describe(uri);
    if (method === 'SETUP') return await this.#setUp(request);
    const session = this.#session;
    const given = request.header('session')?.split(';')[0]?.trim();
    const isParameter = method === 'GET_PARAMETER' || method === 'SET_PARAMETER';
    if (isParameter && given === undefined) return ok();
    if (session === undefined || given !== session.id) return refusal(454, 'Session Not Found');
    if (isParameter) return ok({ Session: session.id });
    if (method === 'PLAY') return this.#play(session, uri);
    if (method === 'PAUSE') session.pause();
    else if (method === 'TEARDOWN') this.#endSession();
    else return { ...refusal(405, 'Method Not Allowed'), headers: { Allow: READER_METHODS } };
    return ok({ Session: session.id });
  }

  async #describe(uri: string): Promise<Answer> {
    const { stream } = this.#options;
    const body = await stream.describe(DESCRIBE_MS);
    if (stream.isUnsupported) return refusal(415, 'Unsupported Media Type');
    if (body === undefined) return refusal(503, 'Service Unavailable');
    const base = `${uri.replace(/\?.*$/, '').replace(/\/$/, '')}/`;
    return { ...ok({ 'Content-Base': base, 'Content-Type': 'application/sdp' }), body };
  }

  async #setUp({ uri, header }: Request): Promise<Answer> {
    if (this.#session?.isPlaying === true) return refusal(455, 'Method Not Valid In This State');
    const transport = parseTransport(header('transport') ?? '');
    if (transport === undefined) return refusal(461, 'Unsupported Transport');
    const { stream } = this.#options;
    const kind = uri.endsWith(AUDIO_CONTROL) ? 'audio' : 'video';
    const packer = stream[kind];
    if (packer === undefined) return refusal(404, 'Not Found');
    this.#session ??= new RestreamSession(stream, () => this.close());
    const { sender, serverPort } = await this.#senderFor(transport);
    this.#session.setUp(kind, sender);
    return ok({
      Transport: formatTransport(transport, { ssrc: packer.ssrc, serverPort }),
      Session: `${this.#session.id};timeout=${SESSION_TIMEOUT_S}`,
    });
  }

  async #senderFor(transport: TransportRequest) {
    if (transport.kind === 'tcp') return { sender: new TcpSender(this.#socket, transport), serverPort: 0 };
    const { clientAddress, udp } = this.#options;
    const ports = await udp(isIPv6(clientAddress) ? 'udp6' : 'udp4');
    this.#isUdp = true;
    return { sender: new UdpSender(ports, clientAddress, transport), serverPort: ports.rtpPort };
  }

  #play(session: RestreamSession, uri: string): Answer {
    const { start } = this.#options.stream;
    const base = uri.replace(/\/$/, '');
    const track = base.endsWith(VIDEO_CONTROL) ? base : `${base}/${VIDEO_CONTROL}`;
    const { sequence = 0, timestamp = 0 } = start?.position ?? {};
    const info: Record<string, string> =
      start === undefined
        ? {}
        : { 'RTP-Info': `url=${track};seq=${sequence};rtptime=${timestamp % 2 ** 32}` };
    return {
      ...ok({ Session: session.id, Range: 'npt=now-', ...info }),
      afterwards: () => session.play(),
    };
  }

  #endSession(): void {
    this.#session?.pause();
    this.#session = undefined;
  }
}

function ok(headers: Record<string, string> = {}): Answer {
  return { status: 200, reason: 'OK', headers };
}

function refusal(status: number, reason: string): Answer {
  return { status, reason };
}
