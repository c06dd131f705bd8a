import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Redactor } from '#shared/redact.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { createWorkerApp, type OpenServer, openHttpServer } from '../../../workers/host/http-server.ts';
import { requireToken } from '../../../workers/host/token.ts';
import { silentLog } from '../../support/serve.ts';

const TOKEN = 'a token of this test';

describe("A worker's server", () => {
  let server: OpenServer;
  beforeEach(async () => {
    const app = createWorkerApp({ log: silentLog, redactor: new Redactor() }, (routes) => {
      routes.use(requireToken(TOKEN));
      routes.get('/', (_req, res) => void res.json({ ok: true }));
    });
    const find = (url: string) =>
      url === '/echo'
        ? (socket: WebSocket) => void socket.on('message', (text) => socket.send(text))
        : undefined;
    server = await openHttpServer({
      app,
      bind: '127.0.0.1',
      port: 0,
      sockets: { options: {}, token: TOKEN, find },
    });
  });
  afterEach(() => server.close());

  const open = (path: string, headers: Record<string, string> = { [TOKEN_HEADER]: TOKEN }) =>
    new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });

  async function refusalOf(socket: WebSocket): Promise<{ status: number | undefined; code: string }> {
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    const chunks: Buffer[] = await response.toArray();
    return { status: response.statusCode, code: JSON.parse(Buffer.concat(chunks).toString()).code };
  }

  it('serves requests and WebSockets that carry the token', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { headers: { [TOKEN_HEADER]: TOKEN } });
    expect(await response.json()).to.deep.equal({ ok: true });
    const socket = open('/echo');
    await once(socket, 'open');
    socket.send('hello');
    const [answer] = await once(socket, 'message');
    expect(String(answer)).to.equal('hello');
  });

  it('keeps a connection from one order of the gateway to the next', async () => {
    const { headers } = await fetch(`http://127.0.0.1:${server.port}/`, {
      headers: { [TOKEN_HEADER]: TOKEN },
    });
    const [, seconds] = /timeout=(\d+)/.exec(headers.get('keep-alive') ?? '') ?? [];
    expect(Number(seconds)).to.be.greaterThan(30);
  });

  it('refuses requests and WebSockets without the token, as problem details', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    expect(response.status).to.equal(401);
    expect(await refusalOf(open('/echo', {}))).to.deep.equal({ status: 401, code: 'unauthorized' });
    expect(await refusalOf(open('/nowhere', {}))).to.deep.equal({ status: 401, code: 'unauthorized' });
  });

  it('refuses a WebSocket at a path that has none', async () => {
    expect(await refusalOf(open('/nowhere'))).to.deep.equal({ status: 404, code: 'not-found' });
  });

  it('asks WebSocket clients to come back when it closes', async () => {
    const socket = open('/echo');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await server.close();
    expect((await closed)[0]).to.equal(1012);
  });

  it('frees its port', async () => {
    await server.close();
    const app = createWorkerApp({ log: silentLog, redactor: new Redactor() }, () => {});
    const next = await openHttpServer({ app, bind: '127.0.0.1', port: server.port });
    expect(next.port).to.equal(server.port);
    await next.close();
  });
});
