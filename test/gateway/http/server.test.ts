import { EventEmitter, once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { loadConfig } from '../../../gateway/config/config.ts';
import { ConnectionLimits } from '../../../gateway/http/connection-limits.ts';
import { httpTimings } from '../../../gateway/http/server.ts';
import { createAppServer } from '../../support/app-server.ts';
import { listening, portOf, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('The HTTP server', () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    const timings = {
      // Longer than a busy machine takes from a connection to its first bytes.
      headersMs: 1000,
      requestMs: 400,
      largeRequestMs: 800,
      lingerMs: 100,
      checkMs: 50,
      keepAliveMs: 5000,
    };
    const app: RequestListener = (request, response) => {
      if (request.url === '/refused') response.writeHead(403).end();
      else request.resume().on('end', () => response.end(request.url));
    };
    const isUpload = ({ url }: IncomingMessage): boolean => url === '/upload';
    server = createAppServer(app, { timings, isUpload });
    // As in the gateway: once anybody listens, every upgrade ends up there.
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
    await listening(server);
    port = portOf(server);
  });

  afterEach(() => {
    stop(server);
  });

  it('F51, S17: cuts off clients that send their headers byte by byte, and serves others meanwhile', async () => {
    const slow = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    for (const socket of slow) socket.write('GET / HTTP/1.1\r\nX-Slow: ');
    const drip = setInterval(() => slow.map((socket) => socket.writable && socket.write('x')), 20);
    const startedAt = performance.now();
    expect(await (await fetch(`http://127.0.0.1:${port}/1`)).text()).to.equal('/1');
    await waitFor(() => slow.every((socket) => socket.destroyed || socket.readableEnded), {
      timeoutMs: 15_000,
    });
    clearInterval(drip);
    expect(performance.now() - startedAt).to.be.at.least(150);
  });

  it('F51, S17: cuts off a client that sends its body byte by byte', async () => {
    const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => socket.writable && socket.write('x'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  it('S17: lets an upload take as long as it moves', async () => {
    const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
    const head = 'Host: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 60\r\n\r\n';
    socket.write(`POST /upload HTTP/1.1\r\n${head}`);
    const drip = setInterval(() => socket.writable && socket.write('x'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(drip);
    expect(answer.toString()).to.match(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('S17: cuts off a client that goes on sending after it was refused', async () => {
    const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => socket.writable && socket.write('x'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 403 /);
    await waitFor(() => socket.destroyed || socket.readableEnded);
    clearInterval(drip);
    socket.destroy();
  });

  it('S17: gives a body that is announced as large more time, and no more than that', async () => {
    const cutOff: number[] = [];
    const send = async (bytes: number): Promise<void> => {
      const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.match(/^HTTP\/1\.1 408 /);
      cutOff.push(bytes);
    };
    const [large, small] = [256 * 1024 + 1, 256 * 1024];
    await Promise.all([send(large), send(small)]);
    expect(cutOff).to.deep.equal([small, large]);
  });

  it('S17: cuts off slow headers and a slow JSON body within 12 s, in the product itself', () => {
    const { headersMs, requestMs, checkMs } = httpTimings(loadConfig({}).limits);
    expect(Math.max(headersMs, requestMs) + checkMs).to.be.at.most(12_000);
  });

  it('S17: takes the times from the settings', () => {
    const { limits } = loadConfig({ HEADER_TIMEOUT_MS: '2000', BODY_TIMEOUT_MS: '5000' });
    expect(httpTimings(limits)).to.include({ headersMs: 2000, requestMs: 5000, largeRequestMs: 15_000 });
  });

  it('S17: takes a hundred headers of a request, and answers 431 to many more', async () => {
    const statusWith = async (count: number): Promise<number> => {
      const fields = Array.from({ length: count }, (_, index) => [`x-${index}`, '1'] as const);
      const headers = Object.fromEntries(fields);
      return (await fetch(`http://127.0.0.1:${port}/1`, { headers })).status;
    };
    expect(await statusWith(90)).to.equal(200);
    expect(await statusWith(500)).to.equal(431);
  });

  describe('with limits of connections', () => {
    const sockets: Socket[] = [];
    let limited: Server;

    const listen = async (limits: ConnectionLimits): Promise<void> => {
      limited = createAppServer((_request, response) => response.end('here'), { limits });
      await listening(limited);
    };
    const open = async (): Promise<Socket> => {
      const socket = connect(portOf(limited), '127.0.0.1').on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    const ask = async (socket: Socket): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    };

    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
      stop(limited);
    });

    it('S17: answers 503 to one too many, and serves again once another is closed', async () => {
      await listen(new ConnectionLimits({ connections: 2, perClient: undefined }));
      const [first, second, third] = [await open(), await open(), await open()];
      expect(await ask(first)).to.match(/^HTTP\/1\.1 200 /);
      expect(await ask(second)).to.match(/^HTTP\/1\.1 200 /);
      const refused = await ask(third);
      expect(refused)
        .to.match(/^HTTP\/1\.1 503 /)
        .and.match(/Retry-After: 1\r\n/);
      expect(refused)
        .to.match(/Connection: close\r\n/)
        .and.include('"code":"too-many-connections"');
      first.destroy();
      await waitFor(async () => (await ask(await open())).startsWith('HTTP/1.1 200 '));
    });

    it('S17: does not count the connections of this very machine as those of one client', async () => {
      await listen(new ConnectionLimits({ connections: 10, perClient: 1 }));
      for (let n = 0; n < 3; n += 1) expect(await ask(await open())).to.match(/^HTTP\/1\.1 200 /);
    });
  });

  it('S17: answers 429 to one connection too many of one address elsewhere', () => {
    const server = new EventEmitter() as Server;
    const limits = new ConnectionLimits({ connections: 100, perClient: 2 });
    limits.watch(server);
    const connectFrom = (remoteAddress: string): Socket => {
      const socket = Object.assign(new EventEmitter(), { remoteAddress }) as Socket;
      server.emit('connection', socket);
      return socket;
    };
    const statusOf = (socket: Socket) => limits.refusalOf({ socket } as IncomingMessage)?.status;
    const ours = [1, 2, 3].map(() => connectFrom('192.168.1.9'));
    expect(ours.map(statusOf)).to.deep.equal([undefined, undefined, 429]);
    expect(statusOf(connectFrom('192.168.1.10'))).to.equal(undefined);
    ours[0]?.emit('close');
    ours[2]?.emit('close');
    expect(statusOf(connectFrom('192.168.1.9'))).to.equal(undefined);
    expect(server.maxConnections).to.equal(200);
  });

  it('answers a request that offers to go on in HTTP/2 as an ordinary one', async () => {
    const request = httpRequest(`http://127.0.0.1:${port}/1`, {
      headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(200);
    response.resume();
  });
});
