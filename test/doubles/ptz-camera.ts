/** A PTZ camera with VISCA over TCP and UDP and PTZOptics' HTTP commands, as their documents describe them. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const END = 0xff;

/** What it was told and where it stands, in steps of the camera. */
export interface PtzCameraState {
  /** Commands in order, as hex of VISCA or words of HTTP. */
  received: string[];
  pan: number;
  tilt: number;
  zoom: number;
}

/** How it behaves. */
export interface PtzCameraOptions {
  /** Digest algorithms it offers for HTTP, the first one first; none: no login. */
  algorithms?: readonly ('MD5' | 'SHA-256')[];
  /** Answers every VISCA command with this error code. */
  refuses?: number;
  /** Takes commands and answers nothing. */
  isMute?: boolean;
  /** Completes moves as late as cameras do: after the answer to the next command. */
  completesLate?: boolean;
  /** Speaks Sony's header on UDP. */
  hasHeader?: boolean;
}

/** Username and password of its web interface. */
export const PTZ_LOGIN = { username: 'admin', password: 'p@ss "word"' };

/** Starts one on free ports of the loopback. */
export async function startPtzCamera(options: PtzCameraOptions = {}) {
  const state: PtzCameraState = { received: [], pan: 0, tilt: 0, zoom: 0 };
  const sockets = new Set<Socket>();
  let late: Buffer | undefined;

  function answersTo(message: Buffer): Buffer[] {
    state.received.push(message.toString('hex'));
    if (options.isMute) return [];
    if (options.refuses !== undefined) return [Buffer.from([0x90, 0x60, options.refuses, END])];
    const [, kind, group, name] = message;
    if (kind === 9 && group === 6) return [reply(0x50, ...nibbles(state.pan), ...nibbles(state.tilt))];
    if (kind === 9 && name === 0x47) return [reply(0x50, ...nibbles(state.zoom))];
    if (group === 6 && name === 2) {
      state.pan = signed(message.subarray(6, 10));
      state.tilt = signed(message.subarray(10, 14));
    }
    if (group === 4 && name === 0x47) state.zoom = signed(message.subarray(4, 8));
    const before = late === undefined ? [] : [late];
    late = options.completesLate ? reply(0x51) : undefined;
    return [...before, reply(0x41), ...(options.completesLate ? [] : [reply(0x51)])];
  }

  const tcp = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        for (let end = rest.indexOf(END); end >= 0; end = rest.indexOf(END)) {
          for (const answer of answersTo(rest.subarray(0, end + 1))) socket.write(answer);
          rest = rest.subarray(end + 1);
        }
      });
  });
  const udp = createSocket('udp4').on('message', (bytes, { port, address }) => {
    const header = options.hasHeader ? bytes.subarray(0, 8) : Buffer.alloc(0);
    // Sony's reset of the sequence number is no VISCA.
    if (options.hasHeader && bytes[0] === 2) return;
    for (const answer of answersTo(bytes.subarray(header.length)))
      udp.send(Buffer.concat([header, answer]), port, address);
  });
  const nonce = randomBytes(8).toString('hex');
  const http = createHttpServer((request, response) => {
    const { algorithms = [] } = options;
    if (algorithms.length > 0 && !isSignedIn(request.headers.authorization, request.url as string, nonce)) {
      const challenges = algorithms.map(
        (algorithm) => `Digest realm="ptz", qop="auth", algorithm=${algorithm}, nonce="${nonce}"`,
      );
      response.writeHead(401, { 'WWW-Authenticate': challenges }).end();
      return;
    }
    state.received.push((request.url as string).replace('/cgi-bin/ptzctrl.cgi?ptzcmd&', ''));
    response.end('');
  });
  tcp.listen(0, '127.0.0.1');
  http.listen(0, '127.0.0.1');
  udp.bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(http, 'listening'), once(udp, 'listening')]);
  return {
    state,
    tcpPort: (tcp.address() as AddressInfo).port,
    udpPort: udp.address().port,
    httpPort: (http.address() as AddressInfo).port,
    /** Hangs up on all control connections. */
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      http.closeAllConnections();
      tcp.close();
      http.close();
      udp.close();
    },
  };
}

function reply(...bytes: number[]): Buffer {
  return Buffer.from([0x90, ...bytes, END]);
}

function nibbles(value: number): number[] {
  return [12, 8, 4, 0].map((shift) => ((value & 0xffff) >> shift) & 0xf);
}

function signed(bytes: Buffer): number {
  const value = bytes.reduce((sum, byte) => (sum << 4) | byte, 0);
  return (value << 16) >> 16;
}

function isSignedIn(header: string | undefined, uri: string, nonce: string): boolean {
  const value = (name: string): string =>
    new RegExp(`\\b${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^,\\s]+))`)
      .exec(header ?? '')
      ?.slice(1)
      .find(Boolean) ?? '';
  const hash = (text: string): string =>
    createHash(value('algorithm') === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const ha1 = hash(`${PTZ_LOGIN.username}:ptz:${PTZ_LOGIN.password}`);
  const expected = hash(`${ha1}:${nonce}:${value('nc')}:${value('cnonce')}:auth:${hash(`GET:${uri}`)}`);
  return value('uri') === uri && value('response') === expected;
}
