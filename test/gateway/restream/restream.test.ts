import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { Restream } from '../../../gateway/restream/restream.ts';
import { freePort } from '../../support/free-port.ts';
import { RtspClient } from '../../support/rtsp-reader.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const refuse = (): never => {
  throw new AppError('unauthorized', 'The token is not valid');
};

describe('The RTSP port of the gateway', () => {
  let restream: Restream;
  afterEach(() => restream.close());

  function open(port: number, change: { trustsLocal?: boolean; loginMs?: number } = {}): Restream {
    restream = new Restream({
      host: '127.0.0.1',
      port,
      door: { byPassword: refuse, byDigest: refuse, onEnd: () => () => {} },
      routing: {
        resolve: () => {
          throw new AppError('worker-not-ready', 'The worker starts');
        },
        report: () => {},
        tie: () => () => {},
      },
      isOpen: false,
      trustsLocal: true,
      connections: 10,
      perClient: 10,
      log: silentLog,
      retryMs: 20,
      ...change,
    });
    restream.start();
    return restream;
  }
  const listens = async (port: number): Promise<RtspClient> =>
    await waitFor(() => RtspClient.open(port).catch(() => undefined), { message: 'the port' });

  it('is bound as soon as what holds it lets go', async () => {
    const port = await freePort();
    const holder = createServer().listen(port, '127.0.0.1');
    await once(holder, 'listening');
    open(port);
    holder.close();
    const client = await listens(port);
    expect((await client.ask('OPTIONS', '/1')).status).to.equal(200);
    client.close();
  });

  it('needs no login on this machine by a loopback name, and tells of a worker that starts', async () => {
    const port = await freePort();
    open(port);
    const client = await listens(port);
    expect((await client.ask('DESCRIBE', '/1')).status).to.equal(503);
    client.close();
  });

  it('needs one where the machine is not trusted, and gives no connection for ever to ask', async () => {
    const port = await freePort();
    open(port, { trustsLocal: false, loginMs: 2000 });
    const client = await listens(port);
    expect((await client.ask('DESCRIBE', '/1')).status).to.equal(401);
    await waitFor(() => client.isClosed, { message: 'the connection to end' });
  });

  it('ends connections that send no RTSP, or a head without end', async () => {
    const port = await freePort();
    open(port);
    (await listens(port)).close();
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      `DESCRIBE rtsp://x/1 RTSP/1.0\r\nX: ${'x'.repeat(20_000)}`,
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(bytes);
      socket.resume();
      await once(socket, 'close');
    }
  });
});
