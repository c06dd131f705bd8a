import { lookup } from 'node:dns';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { CameraHttp } from '../../../../../workers/rtsp/source/camera-http.ts';
import { createRtspSource } from '../../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { cameraSource } from '../../../../support/camera-source.ts';
import { rejection } from '../../../../support/errors.ts';
import { listening, portOf } from '../../../../support/serve.ts';
import { sourceFiles } from '../../../../support/source-files.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const PASSWORD = 'S3cr3tC4nary';
const lenient: AddressPolicy = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};
const TIMINGS = { dialMs: 2000, answerMs: 2000, keepAliveMs: 60_000 };

/** Listens where a camera redirects to; must get no connection. */
class Canary {
  connections = 0;
  readonly #server = createServer((socket) => {
    this.connections += 1;
    socket.destroy();
  });

  async open(): Promise<this> {
    await listening(this.#server);
    return this;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${portOf(this.#server)}/elsewhere`;
  }

  close(): void {
    this.#server.close();
  }
}

/** What a camera answers to a method. */
type Answers = (method: string, uri: string) => { status: string; headers?: string[]; body?: string };

/** A camera that a test plays. */
class WickedCamera {
  readonly requests: { method: string; uri: string; authorization: string | undefined }[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #answers: Answers;
  readonly #sockets = new Set<Socket>();

  constructor(answers: Answers) {
    this.#answers = answers;
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => {});
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
          this.#answer(socket, text.slice(0, end));
          text = text.slice(end + 4);
        }
      });
    });
  }

  async open(): Promise<this> {
    await listening(this.#server);
    return this;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** Sends an unsolicited message. */
  say(lines: readonly string[]): void {
    for (const socket of this.#sockets) socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #answer(socket: Socket, request: string): void {
    const [method = '', uri = ''] = request.split(' ');
    const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(request)?.[1];
    this.requests.push({ method, uri, authorization: header('authorization') });
    const { status, headers = [], body = '' } = this.#answers(method, uri);
    const lines = [`RTSP/1.0 ${status}`, `CSeq: ${header('cseq')}`, 'Session: 1', ...headers];
    socket.write([...lines, `Content-Length: ${body.length}`, '', body].join('\r\n'));
  }
}

describe('S11: a camera that sends us elsewhere', () => {
  let canary: Canary;
  let camera: WickedCamera | undefined;

  beforeEach(async () => {
    canary = await new Canary().open();
  });
  afterEach(() => {
    camera?.close();
    canary.close();
  });

  function sdp(control: string): string {
    const media = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', `a=control:${control}`];
    return [
      'v=0',
      'o=- 1 1 IN IP4 10.9.9.9',
      's=-',
      'c=IN IP4 10.9.9.9',
      `a=control:${control}`,
      ...media,
      '',
    ].join('\r\n');
  }

  const ok = (method: string) => ({ status: '200 OK', body: method === 'DESCRIBE' ? sdp('track1') : '' });

  /** Runs a session with the camera until it fails. */
  function run(port: number, signal = new AbortController().signal) {
    const handlers = { onTrack: () => {}, onPacket: () => {} };
    const source = { ...cameraSource(port, { host: '127.0.0.1' }), username: 'viewer', password: PASSWORD };
    return rejection(createRtspSource({ policy: lenient }, TIMINGS)(source, handlers, signal));
  }

  for (const method of ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY']) {
    it(`by ${method} is not followed, with any status`, async () => {
      for (const status of [
        '301 Moved Permanently',
        '302 Moved Temporarily',
        '303 See Other',
        '305 Use Proxy',
        '307 -',
      ]) {
        camera = await new WickedCamera((asked) =>
          asked === method ? { status, headers: [`Location: ${canary.url}`] } : ok(asked),
        ).open();
        const error = await run(camera.port);
        expect(error.code, status).to.equal('camera-redirected');
        expect(error.message).to.not.include('elsewhere');
        expect(camera.connections, status).to.equal(1);
        camera.close();
      }
      expect(canary.connections).to.equal(0);
    });
  }

  for (const method of ['OPTIONS', 'DESCRIBE', 'SETUP']) {
    it(`by ${method} to another path of its own is followed, with the credentials`, async () => {
      camera = await new WickedCamera((asked, uri) =>
        asked === method && !uri.includes('/moved')
          ? { status: '302 Moved', headers: [`Location: ${uri.replace(/\/[^/]*$/, '/moved')}`] }
          : ok(asked),
      ).open();
      const stop = new AbortController();
      const ended = run(camera.port, stop.signal);
      await waitFor(() => camera?.requests.some(({ method }) => method === 'PLAY'));
      stop.abort();
      await ended;
      const playing = camera.requests.find(({ method }) => method === 'PLAY');
      expect(playing?.uri).to.include('/moved');
      expect(camera.connections).to.equal(2);
    });
  }

  it('from one path of its own to the next is followed once', async () => {
    camera = await new WickedCamera((method, uri) =>
      method === 'DESCRIBE' ? { status: '302 Moved', headers: [`Location: ${uri}x`] } : ok(method),
    ).open();
    expect((await run(camera.port)).code).to.equal('camera-redirected');
    expect(camera.connections).to.equal(2);
  });

  for (const location of [
    'rtsps://127.0.0.1:PORT/moved',
    'rtsp://127.0.0.2:PORT/moved',
    'rtsp://127.0.0.1:PORT@127.0.0.2:PORT/moved',
    'rtsp://127.0.0.1/moved',
    '//127.0.0.2:PORT/moved',
    'http://127.0.0.1:PORT/moved',
    '',
  ]) {
    it(`to "${location}" is not followed`, async () => {
      const named = (): string => location.replaceAll('PORT', String(camera?.port));
      camera = await new WickedCamera(() => ({
        status: '302 Moved',
        headers: [`Location: ${named()}`],
      })).open();
      expect((await run(camera.port)).code).to.equal('camera-redirected');
      expect(camera.connections).to.equal(1);
    });
  }

  it('by the addresses of its description is asked on its own connection all the same', async () => {
    camera = await new WickedCamera((method) => ({
      status: '200 OK',
      headers: [`Content-Base: ${canary.url}/`, `Transport: RTP/AVP/TCP;interleaved=0-1;source=10.9.9.9`],
      body: method === 'DESCRIBE' ? sdp(`${canary.url}/track1`) : '',
    })).open();
    const stop = new AbortController();
    const ended = run(camera.port, stop.signal);
    await waitFor(() => camera?.requests.some(({ method }) => method === 'PLAY'));
    stop.abort();
    await ended;
    expect([camera.connections, canary.connections]).to.deep.equal([1, 0]);
  });

  it('in the middle of the video (REDIRECT) is not followed', async () => {
    camera = await new WickedCamera(ok).open();
    const stop = new AbortController();
    const ended = run(camera.port, stop.signal);
    await waitFor(() => camera?.requests.some(({ method }) => method === 'PLAY'));
    camera.say([`REDIRECT * RTSP/1.0`, 'CSeq: 1', `Location: ${canary.url}`]);
    camera.close();
    await ended;
    expect(canary.connections).to.equal(0);
  });

  it('gets no password, asked for in the oldest way, for another address', async () => {
    camera = await new WickedCamera((method) =>
      method === 'DESCRIBE'
        ? {
            status: '401 Unauthorized',
            headers: [`WWW-Authenticate: Digest realm="x", nonce="1", domain="${canary.url}"`],
          }
        : ok(method),
    ).open();
    expect((await run(camera.port)).code).to.equal('camera-unauthorized');
    expect(camera.requests.some(({ authorization }) => authorization?.startsWith('Digest'))).to.equal(true);
    expect(JSON.stringify(camera.requests)).to.not.include(PASSWORD);
    expect([camera.connections, canary.connections]).to.deep.equal([1, 0]);
  });

  it('by HTTP can be by one client alone, which follows nothing by itself', () => {
    const receiving = sourceFiles().filter(({ path }) => path.startsWith('workers/rtsp/source/'));
    expect(receiving.length).to.be.greaterThan(5);
    const callers = receiving.filter(
      ({ imports, text }) =>
        imports.some((name) => /^(node:)?https?2?$|^(got|undici|axios)$/.test(name)) ||
        /\bfetch\(/.test(text),
    );
    expect(callers.map(({ path }) => path)).to.deep.equal(['workers/rtsp/source/camera-http.ts']);
  });

  it('by HTTP, which carries the controls of cameras, is not followed', async () => {
    const device = createHttpServer((_request, response) => {
      response.writeHead(302, { location: canary.url.replace('rtsp', 'http') }).end();
    });
    await listening(device);
    const options = {
      host: '127.0.0.1',
      port: portOf(device),
      username: 'viewer',
      password: PASSWORD,
      lookup,
    };
    const http = new CameraHttp(options);
    expect((await rejection(http.get('/control'))).code).to.equal('control-refused');
    http.close();
    device.close();
    expect(canary.connections).to.equal(0);
  });
});
