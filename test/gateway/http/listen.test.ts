import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { expect } from 'chai';
import { listen, PortUnavailableError } from '../../../gateway/http/listen.ts';
import { portOf } from '../../support/serve.ts';

describe('listen', () => {
  let holder: Server;
  let port: number;

  beforeEach(async () => {
    holder = createTcpServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    port = portOf(holder);
  });

  afterEach(() => void holder.close());

  it('binds the port asked for, and tells which one when any will do', async () => {
    const server = createServer();
    const bound = await listen(server, { host: '127.0.0.1', port: 0 });
    expect(bound).to.equal(portOf(server));
    server.close();
  });

  it('F25: gives up with a message that names the port when it stays taken', async () => {
    const error = await listen(createServer(), { host: '127.0.0.1', port, giveUpMs: 100 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(PortUnavailableError);
    expect((error as Error).message).to.include(String(port));
  });

  it('F25: leaves no listener behind when it tries again and again', async () => {
    const server = createServer();
    const before = server.listenerCount('listening');
    await listen(server, { host: '127.0.0.1', port, giveUpMs: 300 }).catch(() => {});
    expect(server.listenerCount('listening')).to.equal(before);
  });

  it('F25: starts when the port is left in time', async () => {
    const server = createServer();
    const failed = once(server, 'error');
    const listening = listen(server, { host: '127.0.0.1', port, giveUpMs: 20_000 });
    await failed;
    holder.close();
    expect(await listening).to.equal(port);
    server.close();
  });

  it('does not wait for an address that is not ours', async () => {
    const error = await listen(createServer(), { host: '192.0.2.1', port: 0 }).catch(
      (reason: NodeJS.ErrnoException) => reason,
    );
    expect((error as NodeJS.ErrnoException).code).to.equal('EADDRNOTAVAIL');
  });
});
