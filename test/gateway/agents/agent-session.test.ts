import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { AgentSession } from '../../../gateway/agents/agent-session.ts';
import { waitFor } from '../../support/wait-for.ts';

/** The longest that a link which hangs may go unseen, milliseconds. */
const HALF_OPEN_MS = 10_000;

const FACTS = { name: 'home', version: '1', workerToken: 'token', address: undefined };
/** Longer than two rounds of pings of connections, milliseconds. */
const TWO_ROUNDS_MS = 41_000;

describe('The session of an agent', () => {
  const server = new WebSocketServer({ port: 0 });
  after(() => server.close());
  afterEach(() => {
    mock.timers.reset();
    for (const client of server.clients) client.terminate();
  });

  /** Two ends of a WebSocket. */
  async function pair(options = {}): Promise<{ near: WebSocket; far: WebSocket }> {
    const far = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
    const [near] = (await once(server, 'connection')) as [WebSocket];
    if (far.readyState !== WebSocket.OPEN) await once(far, 'open');
    return { near, far };
  }

  it('keeps a connection whose answer to a ping waits behind its pictures', async () => {
    const [control, stream] = [await pair(), await pair({ autoPong: false })];
    mock.timers.enable({ apis: ['setInterval'] });
    const session = new AgentSession(control.near, FACTS);
    session.add(stream.near);
    const connection = await session.link.open();
    for (let round = 0; round < 3; round += 1) {
      const heard = once(connection, 'data');
      stream.far.send('picture');
      await heard;
      mock.timers.tick(TWO_ROUNDS_MS / 2);
    }
    expect(connection.destroyed).to.equal(false);
    const ended = once(connection, 'close');
    mock.timers.tick(TWO_ROUNDS_MS);
    await ended;
    session.terminate();
  });

  it('asks again for connections that the agent did not dial', async () => {
    const control = await pair();
    mock.timers.enable({ apis: ['setInterval'] });
    const orders: string[] = [];
    control.far.on('message', (data) => orders.push(String(data)));
    const session = new AgentSession(control.near, FACTS);
    await waitFor(() => orders.length === 2, { message: 'the first order' });
    mock.timers.tick(TWO_ROUNDS_MS / 2);
    await waitFor(() => orders.length === 3, { message: 'the second order' });
    expect(orders[2]).to.equal(orders[1]);
    session.terminate();
  });

  it('gives no connection that is closing already', async () => {
    const [control, closing, open] = [await pair(), await pair(), await pair()];
    const session = new AgentSession(control.near, FACTS);
    session.add(closing.near);
    session.add(open.near);
    closing.near.close();
    const connection = await session.link.open();
    const heard = once(open.far, 'message');
    connection.write('hello');
    expect(String((await heard)[0])).to.equal('hello');
    session.terminate();
  });

  it('ends 10 s after its network hangs at the latest', async () => {
    const { near: control, far: agent } = await pair({ autoPong: false });
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const session = new AgentSession(control, FACTS);
    let isOver = false;
    session.onEnd(() => {
      isOver = true;
    });
    const ended = once(control, 'close');
    // It answers the first ping, and then nothing comes any more.
    await once(agent, 'ping');
    agent.pong();
    await once(control, 'pong');
    mock.timers.tick(HALF_OPEN_MS - 5000);
    expect(isOver).to.equal(false);
    mock.timers.tick(5000);
    await ended;
    expect(isOver).to.equal(true);
  });
});
