import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { AgentSession } from '../../../gateway/agents/agent-session.ts';

/** The longest that a link which hangs may go unseen, milliseconds. */
const HALF_OPEN_MS = 10_000;

describe('The session of an agent', () => {
  afterEach(() => mock.timers.reset());

  it('ends 10 s after its network hangs at the latest', async () => {
    const server = new WebSocketServer({ port: 0 });
    const agent = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      autoPong: false,
    });
    const [control] = (await once(server, 'connection')) as [WebSocket];
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const session = new AgentSession(control, {
      ...{ name: 'home', version: '1', workerToken: 'token', address: undefined },
    });
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
    server.close();
  });
});
