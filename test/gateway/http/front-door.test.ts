import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { FrontDoor } from '../../../gateway/http/front-door.ts';
import { httpTimings, serveRequests } from '../../../gateway/http/server.ts';

describe('The port before the gateway is loaded', () => {
  const timings = httpTimings({ headerMs: 1000, bodyMs: 1000 });
  let door: FrontDoor;
  let origin: string;

  beforeEach(async () => {
    const connections = { connections: 5, perClient: undefined };
    door = await FrontDoor.open({ host: '127.0.0.1', port: 0, timings, connections });
    origin = `http://127.0.0.1:${door.port}`;
  });
  afterEach(async () => {
    door.server.closeAllConnections();
    await door.close();
  });

  function load(): void {
    serveRequests(door.server, {
      app: (req, res) => void req.pipe(res),
      limits: door.connections,
    });
    door.admit();
  }

  it('answers that the process lives', async () => {
    const answer = await fetch(`${origin}/livez`);
    expect([answer.status, await answer.json()]).to.deep.equal([200, { status: 'alive' }]);
    expect(answer.headers.get('cache-control')).to.equal('no-store');
  });

  it('keeps a request until the gateway serves it, with its body', async () => {
    const held = once(door.server, 'request');
    const answer = fetch(`${origin}/api/cameras`, { method: 'POST', body: 'what was sent' });
    await held;
    load();
    expect(await (await answer).text()).to.equal('what was sent');
    expect(await (await fetch(origin, { method: 'POST', body: 'later' })).text()).to.equal('later');
  });

  it('hands on no request whose client went away meanwhile: its response never closes again', async () => {
    const seen: (string | undefined)[] = [];
    const held = once(door.server, 'request');
    const client = request(`${origin}/left`).on('error', () => {});
    client.end();
    const [, response] = await held;
    const left = once(response, 'close');
    client.destroy();
    await left;
    serveRequests(door.server, {
      app: (req, res) => {
        seen.push(req.url);
        res.end();
      },
      limits: door.connections,
    });
    door.admit();
    await fetch(`${origin}/later`);
    expect(seen).to.deep.equal(['/later']);
  });

  it('keeps an upgrade until the gateway takes it', async () => {
    const held = once(door.server, 'upgrade');
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const client = request(`${origin}/ws`, { headers }).end();
    const upgraded = once(client, 'upgrade');
    await held;
    door.server.on('upgrade', (_request, socket: Duplex) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    load();
    const [answer, socket] = await upgraded;
    expect(answer.statusCode).to.equal(101);
    socket.destroy();
  });

  it('S17: refuses connections over the limit meanwhile', async () => {
    const waiting = Array.from({ length: 5 }, () => fetch(`${origin}/wait`).then(({ status }) => status));
    for (let count = 0; count < 5; count += 1) await once(door.server, 'request');
    expect((await fetch(origin)).status).to.equal(503);
    load();
    expect(await Promise.all(waiting)).to.deep.equal([200, 200, 200, 200, 200]);
  });
});
