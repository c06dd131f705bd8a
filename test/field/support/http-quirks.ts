/** Ways in which cameras send JPEGs over HTTP. */

import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpSource } from '#shared/contract/source/http.ts';
import { clipOf } from './clips.ts';
import { type HttpScript, isDigestOf } from './http-camera.ts';

/** One camera. */
export interface HttpQuirk {
  /** What the camera does. */
  what: string;
  script: HttpScript;
  source?: Partial<HttpSource>;
  /** The connect fails with this code; default: pictures come, whole. */
  code?: string;
}

const FRAME_MS = 50;
export const PASSWORD = 'S3cr3tC4nary';
const ACCESS = { username: 'admin', password: PASSWORD };

/** Pictures of the clip, over and over. */
export function jpegAt(index: number): Buffer {
  const { units } = clipOf('mjpeg');
  return units[index % units.length]?.[0] as Buffer;
}

/** Sends parts until the socket ends. */
async function stream(
  socket: Socket,
  head: string,
  part: (jpeg: Buffer, index: number) => (string | Buffer)[],
): Promise<void> {
  socket.write(head);
  for (let index = 0; !socket.destroyed; index += 1) {
    for (const piece of part(jpegAt(index), index)) socket.write(piece);
    await delay(FRAME_MS);
  }
}

const usualHead = (type: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nConnection: close\r\n\r\n`;
const part = (boundary: string, headers: string, jpeg: Buffer): (string | Buffer)[] => [
  `--${boundary}\r\nContent-Type: image/jpeg\r\n${headers}\r\n`,
  jpeg,
  '\r\n',
];
const length = (bytes: number): string => `Content-Length: ${bytes}\r\n`;

function streaming(type: string, parts: (jpeg: Buffer, index: number) => (string | Buffer)[]): HttpScript {
  return (socket) => stream(socket, usualHead(type), parts);
}

function still(socket: Socket, jpeg: Buffer, headers = length(jpeg.length)): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n${headers}\r\n`);
  socket.write(jpeg);
}

const refused = (challenge: string): string =>
  `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`;
const BASIC = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
const usual = (jpeg: Buffer) => part('frame', length(jpeg.length), jpeg);
const MULTIPART = 'multipart/x-mixed-replace; boundary=frame';

export const HTTP_QUIRKS: readonly HttpQuirk[] = [
  {
    what: 'sends a stream as the standard says',
    script: streaming(MULTIPART, usual),
  },
  {
    what: 'puts the boundary in quotes',
    script: streaming('multipart/x-mixed-replace; boundary="frame"', usual),
  },
  {
    what: 'writes the dashes of the boundary into the header too',
    script: streaming('multipart/x-mixed-replace; boundary=--frame', usual),
  },
  {
    what: 'names no boundary',
    script: streaming('multipart/x-mixed-replace', usual),
  },
  {
    what: 'separates pictures by another boundary than announced',
    script: streaming(MULTIPART, (jpeg) => part('myboundary', length(jpeg.length), jpeg)),
  },
  {
    what: 'sends pictures without any part headers or boundaries',
    script: streaming('video/x-motion-jpeg', (jpeg) => [jpeg]),
  },
  {
    what: 'gives no length of its pictures',
    script: streaming(MULTIPART, (jpeg) => part('frame', '', jpeg)),
  },
  {
    what: 'gives lengths that are too short',
    script: streaming(MULTIPART, (jpeg) => part('frame', length(jpeg.length - 20), jpeg)),
  },
  {
    what: 'gives lengths that are too long',
    script: streaming(MULTIPART, (jpeg) => part('frame', length(jpeg.length + 2), jpeg)),
  },
  {
    what: 'ends lines with a line feed alone',
    script: streaming(MULTIPART, (jpeg) => ['--frame\nContent-Type: image/jpeg\n\n', jpeg, '\n']),
  },
  {
    what: 'speaks HTTP/1.0',
    script: (socket) =>
      stream(socket, `HTTP/1.0 200 OK\r\nServer: camd\r\nContent-Type: ${MULTIPART}\r\n\r\n`, usual),
  },
  {
    what: 'sends its stream in chunks',
    script: (socket) =>
      stream(
        socket,
        `HTTP/1.1 200 OK\r\nContent-Type: ${MULTIPART}\r\nTransfer-Encoding: chunked\r\n\r\n`,
        (jpeg) => {
          const bytes = Buffer.concat(usual(jpeg).map((piece) => Buffer.from(piece)));
          return [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n'];
        },
      ),
  },
  {
    what: 'damages each third picture',
    script: streaming(MULTIPART, (jpeg, index) =>
      part('frame', '', index % 3 === 1 ? jpeg.subarray(0, jpeg.length >> 1) : jpeg),
    ),
  },
  {
    what: 'sends still pictures',
    script: (socket, { number }) => still(socket, jpegAt(number)),
  },
  {
    what: 'sends still pictures without a length and hangs up',
    script: (socket, { number }) => {
      still(socket, jpegAt(number), '');
      socket.end();
    },
  },
  {
    what: 'sends still pictures with a length that is too long',
    script: (socket, { number }) => still(socket, jpegAt(number), length(jpegAt(number).length + 100)),
  },
  {
    what: 'takes half a second for a still picture',
    script: async (socket, { number }) => {
      await delay(500);
      still(socket, jpegAt(number));
    },
  },
  {
    what: 'sends still pictures of changing size',
    script: (socket, { number }) =>
      still(socket, number % 2 === 0 ? jpegAt(number) : (clipOf('mjpeg of 2560 px').units[0]?.[0] as Buffer)),
  },
  {
    what: 'wants Basic authentication',
    source: ACCESS,
    script: (socket, request) =>
      request.authorization === BASIC
        ? streaming(MULTIPART, usual)(socket, request)
        : void socket.write(refused('Basic realm="cam"')),
  },
  {
    what: 'wants digest authentication',
    source: ACCESS,
    script: (socket, request) =>
      isDigestOf(request, { ...ACCESS, realm: 'cam', nonce: 'n1' })
        ? streaming(MULTIPART, usual)(socket, request)
        : void socket.write(refused('Digest realm="cam", nonce="n1", qop="auth"')),
  },
  {
    what: 'wants another nonce for each still picture and does not call the last one stale',
    source: ACCESS,
    script: (() => {
      let nonce = 0;
      return (socket, request) => {
        const isRight = isDigestOf(request, { ...ACCESS, realm: 'cam', nonce: `n${nonce}` });
        nonce += 1;
        if (isRight) still(socket, jpegAt(request.number));
        else socket.write(refused(`Digest realm="cam", nonce="n${nonce}", qop="auth"`));
      };
    })(),
  },
  {
    what: 'sends viewers to another path of its own',
    script: (socket, request) =>
      request.path === '/video'
        ? void socket.write('HTTP/1.1 302 Found\r\nLocation: /mjpg/1\r\nContent-Length: 0\r\n\r\n')
        : streaming(MULTIPART, usual)(socket, request),
  },
  {
    what: 'refuses the password',
    code: 'camera-unauthorized',
    source: ACCESS,
    script: (socket) => void socket.write(refused('Basic realm="cam"')),
  },
  {
    what: 'serves one viewer and has one',
    code: 'camera-busy',
    script: (socket) => void socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    what: 'has nothing at the path',
    code: 'camera-path-not-found',
    script: (socket) => void socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    what: 'answers with its web page',
    code: 'camera-no-video-track',
    script: (socket) =>
      void socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>'),
  },
  {
    what: 'sends viewers to another host',
    code: 'camera-redirected',
    script: (socket) =>
      void socket.write('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    what: 'speaks no HTTP',
    code: 'camera-protocol-error',
    script: (socket) => void socket.write('RTSP/1.0 400 Bad Request\r\n\r\n'),
  },
];
