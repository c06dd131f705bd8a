/** A scriptable RTSP camera over real sockets. */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { CAMERA_CERTIFICATE, CAMERA_KEY } from '../../support/camera-certificate.ts';
import { CLIP_FPS, type Clip, clipOf } from './clips.ts';
import { Packer } from './packer.ts';
import type { Reply, Request, Script, Session } from './script.ts';
import { describe } from './sdp.ts';

const SESSION = '12345678';
const SOUND_MS = 20;

interface UdpTarget {
  socket: Datagrams;
  rtcp: Datagrams;
  port: number;
}

/** Listens on a free port of this machine until it is closed. */
export class FieldCamera {
  readonly sessions: Session[] = [];
  readonly #script: Script;
  readonly #clip: Clip;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #datagrams = new Set<Datagrams>();
  #isClosed = false;

  constructor(script: Script) {
    this.#script = script;
    this.#clip = clipOf(script.clip ?? 'h264');
    const serve = (socket: Socket): void => this.#serve(socket);
    this.#server =
      script.isTls === true
        ? createTlsServer({ key: CAMERA_KEY, cert: CAMERA_CERTIFICATE, ...script.tls }, serve)
        : createServer(serve);
    this.#server.on('tlsClientError', () => {});
  }

  /** Starts to listen. */
  async open(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    for (const socket of this.#datagrams) socket.close();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const session: Session & { udp?: UdpTarget } = {
      socket,
      number: this.sessions.length,
      setups: [],
      requests: [],
      answers: [],
      reports: 0,
      isPlaying: false,
      send: (bytes) => void (socket.writable && socket.write(bytes)),
      hangUp: () => void socket.destroy(),
    };
    this.sessions.push(session);
    socket.on('close', () => {
      session.isPlaying = false;
      this.#sockets.delete(socket);
    });
    let lastSign = performance.now();
    const { timeoutMs, isSignOfLife = () => true } = this.#script;
    if (timeoutMs !== undefined) {
      const watch = setInterval(() => {
        if (performance.now() - lastSign > timeoutMs) socket.destroy();
      }, 50);
      socket.on('close', () => clearInterval(watch));
    }
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        if (bytes[0] === 0x24 && bytes.length >= 4) {
          if (bytes.length < 4 + bytes.readUInt16BE(2)) return;
          bytes = bytes.subarray(4 + bytes.readUInt16BE(2));
          session.reports += 1;
          continue;
        }
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        const request = parse(bytes.toString('latin1', 0, end));
        bytes = bytes.subarray(end + 4);
        if (request.method.startsWith('RTSP/')) {
          session.answers.push(request.method);
          continue;
        }
        session.requests.push(request);
        if (isSignOfLife(request)) lastSign = performance.now();
        void this.#answer(request, session);
      }
    });
  }

  async #answer(request: Request, session: Session & { udp?: UdpTarget }): Promise<void> {
    const usual = await this.#usual(request, session);
    const reply =
      this.#script.reply === undefined ? usual : await this.#script.reply(usual, request, session);
    if (reply === undefined || this.#isClosed) return;
    const lines = [`RTSP/1.0 ${reply.status}`, ...reply.headers.map(([name, value]) => `${name}: ${value}`)];
    if (reply.body !== '') lines.push(`Content-Length: ${Buffer.byteLength(reply.body)}`);
    const text = `${lines.join('\r\n')}\r\n\r\n${reply.body}`;
    session.send(this.#script.raw?.(text, request) ?? text);
    if (request.method === 'PLAY' && reply.status.startsWith('200') && !session.isPlaying)
      this.#play(session);
    if (request.method === 'TEARDOWN') session.socket.end();
  }

  async #usual(request: Request, session: Session & { udp?: UdpTarget }): Promise<Reply> {
    const headers: Reply['headers'] = [['CSeq', request.headers.cseq ?? '0']];
    const reply: Reply = { status: '200 OK', headers, body: '' };
    if (request.method === 'OPTIONS')
      headers.push(['Public', 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
    else if (request.method === 'DESCRIBE') {
      headers.push(
        ['Content-Type', 'application/sdp'],
        ['Content-Base', `${request.uri.replace(/\/$/, '')}/`],
      );
      const text = describe(this.#clip, this.#script.hasSound === true);
      reply.body = this.#script.sdp?.(text, session) ?? text;
    } else {
      headers.push(['Session', `${SESSION};timeout=60`]);
      if (request.method === 'SETUP') headers.push(['Transport', await this.#setUp(request, session)]);
      if (request.method === 'PLAY') headers.push(['Range', 'npt=now-']);
    }
    return reply;
  }

  async #setUp(request: Request, session: Session & { udp?: UdpTarget }): Promise<string> {
    session.setups.push(request.uri);
    const port = Number(/client_port=(\d+)/.exec(request.headers.transport ?? '')?.[1]);
    const first = session.setups.length * 2 - 2;
    if (!(port > 0)) return `RTP/AVP/TCP;unicast;interleaved=${first}-${first + 1}`;
    const [socket, rtcp] = [createSocket('udp4'), createSocket('udp4')];
    this.#datagrams.add(socket).add(rtcp);
    socket.on('error', () => {});
    rtcp.on('error', () => {});
    rtcp.on('message', () => {
      session.reports += 1;
    });
    await once(socket.bind(0, '127.0.0.1'), 'listening');
    const serverPort = socket.address().port;
    await Promise.race([
      once(rtcp.bind(serverPort + 1, '127.0.0.1'), 'listening'),
      once(rtcp, 'error'),
    ]).catch(() => {});
    session.udp = { socket, rtcp, port };
    return `RTP/AVP;unicast;client_port=${port}-${port + 1};server_port=${serverPort}-${serverPort + 1}`;
  }

  #play(session: Session & { udp?: UdpTarget }): void {
    session.isPlaying = true;
    this.#script.onPlay?.(session);
    if (this.#script.recorded !== undefined) {
      session.send(this.#script.recorded);
      session.socket.end();
      return;
    }
    const { fps = CLIP_FPS, waitMs = () => 1000 / fps } = this.#script;
    const packer = new Packer(this.#script, this.#clip, session);
    const send = (packet: Buffer, channel: number): void => {
      if (session.udp !== undefined) {
        const { socket, port } = session.udp;
        if (!this.#isClosed) socket.send(packet, port, '127.0.0.1');
      } else session.send(frame(packet, channel));
    };
    let dueAt = performance.now();
    const next = (index: number): void => {
      dueAt += waitMs(index);
      this.#later(Math.max(0, dueAt - performance.now()), () => {
        if (!session.isPlaying) return;
        this.#script.between?.(session, index);
        for (const packet of packer.pack(index)) {
          const framed = session.udp === undefined && this.#script.framed?.(frame(packet, 0), index);
          if (framed) session.send(framed);
          else send(packet, 0);
        }
        next(index + 1);
      });
    };
    next(0);
    if (this.#script.hasSound === true && session.setups.length > 1) this.#sound(session, packer);
  }

  #sound(session: Session, packer: Packer): void {
    const tick = (index: number): void =>
      this.#later(SOUND_MS, () => {
        if (!session.isPlaying) return;
        session.send(frame(packer.sound(index), 2));
        tick(index + 1);
      });
    tick(0);
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#isClosed) work();
    }, ms);
    this.#timers.add(timer);
  }
}

/** Framing of RFC 2326 section 10.12. */
export function frame(packet: Buffer, channel: number): Buffer {
  const head = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
  return Buffer.concat([head, packet]);
}

function parse(head: string): Request {
  const [line = '', ...lines] = head.split('\r\n');
  const [method = '', uri = ''] = line.split(' ');
  const pairs = lines.map((text) => {
    const colon = text.indexOf(':');
    return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()] as const;
  });
  return { method, uri, headers: Object.fromEntries(pairs) };
}
