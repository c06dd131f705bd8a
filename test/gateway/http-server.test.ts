import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createHttpServer } from '../../gateway/http-server.ts';
import { waitFor } from '../support/wait-for.ts';

describe('The HTTP server', () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    const timings = { headersMs: 200, requestMs: 400, lingerMs: 100, checkMs: 50, keepAliveMs: 5000 };
    server = createHttpServer((request, response) => {
      if (request.url === '/refused') response.writeHead(403).end();
      else request.resume().on('end', () => response.end(request.url));
    }, timings);
    // As in the gateway: once anybody listens, every upgrade ends up there.
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('F51: cuts off clients that send their headers byte by byte, and serves others meanwhile', async () => {
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

  it('F51: cuts off a client that sends its body byte by byte', async () => {
    const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => socket.writable && socket.write('x'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  it('lets an upload take as long as it moves', async () => {
    const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
    const head = 'Host: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 60\r\n\r\n';
    socket.write(`POST /api/camera-streams HTTP/1.1\r\n${head}`);
    const drip = setInterval(() => socket.writable && socket.write('x'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(drip);
    expect(answer.toString()).to.match(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('cuts off a client that goes on sending after it was refused', async () => {
    const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => socket.writable && socket.write('x'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 403 /);
    await waitFor(() => socket.destroyed || socket.readableEnded);
    clearInterval(drip);
    socket.destroy();
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
