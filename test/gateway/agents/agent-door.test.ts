import { once } from 'node:events';
import type { Server } from 'node:http';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { AGENT_TOKEN_HEADER, SESSION_QUERY } from '#shared/agent-link.ts';
import { AppError } from '#shared/errors.ts';
import { AgentDoor } from '../../../gateway/agents/agent-door.ts';
import type { AgentSession } from '../../../gateway/agents/agent-session.ts';
import { originOf, serve, silentLog, stop } from '../../support/serve.ts';

const HELLO = { op: 'hello', version: '1', workerToken: 'token' };

describe('The door of agents', () => {
  const sessions: AgentSession[] = [];
  const clients: WebSocket[] = [];
  const door = new AgentDoor({
    nameOf: (token) => {
      if (token === '') throw new AppError('unauthorized', 'no token');
      return token;
    },
    onSession: (session) => sessions.push(session),
    log: silentLog,
  });
  let server: Server;

  before(async () => {
    server = await serve(() => {});
    server.on('upgrade', (request, socket, head) => door.take(request, socket, head, undefined));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.terminate();
    sessions.length = 0;
  });
  after(() => {
    door.close();
    stop(server);
  });

  function dial(token: string, session?: string): WebSocket {
    const query = session === undefined ? '' : `?${SESSION_QUERY}=${session}`;
    const client = new WebSocket(`${originOf(server).replace('http', 'ws')}/agents/link${query}`, {
      headers: { [AGENT_TOKEN_HEADER]: token },
    });
    client.on('error', () => {});
    clients.push(client);
    return client;
  }

  /** Says hello. @returns the session; undefined when the gateway ended the socket instead */
  async function greet(name: string, hello: object = HELLO): Promise<AgentSession | undefined> {
    const client = dial(name);
    await once(client, 'open');
    const ended = once(client, 'close');
    client.send(JSON.stringify(hello));
    await Promise.race([once(client, 'message'), ended]);
    return sessions.find(({ facts }) => facts.name === name);
  }

  it('ends an agent whose token of its worker no header can carry', async () => {
    expect(await greet('home', { ...HELLO, workerToken: 'one\r\ntwo' })).to.equal(undefined);
    expect(await greet('home', { ...HELLO, version: '1\n2' })).to.equal(undefined);
  });

  it('takes no more connections of an agent than the gateway may use, and lets other agents in', async () => {
    const greedy = (await greet('greedy')) as AgentSession;
    const refused: number[] = [];
    for (let count = 0; count < 600; count += 1) {
      const client = dial('greedy', greedy.id);
      client.once('unexpected-response', (_request, response) => {
        refused.push(response.statusCode ?? 0);
        client.terminate();
      });
      await new Promise((resolve) => client.once('open', resolve).once('close', resolve));
      if (refused.length > 0) break;
    }
    expect(refused).to.deep.equal([503]);
    expect(await greet('modest'), 'another agent').to.not.equal(undefined);
  });

  it('lets a hundred agents in, each with the connections that it dialled ahead', async () => {
    for (let index = 0; index < 100; index += 1) {
      const session = (await greet(`agent-${index}`)) as AgentSession;
      for (let count = 0; count < 5; count += 1) await once(dial(`agent-${index}`, session.id), 'open');
    }
    expect(sessions).to.have.length(100);
  });

  it('hears the newest of two sockets of an agent that did not say hello yet', async () => {
    const first = dial('home');
    await once(first, 'open');
    const ended = once(first, 'close');
    expect(await greet('home')).to.not.equal(undefined);
    await ended;
  });
});
