import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { InFlight } from '../../../gateway/worker-access/in-flight.ts';
import { codeOf } from '../../support/errors.ts';
import { listening, portOf, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const MORE_THAN_BUFFERS = Buffer.alloc(16 * 1024 * 1024);

describe('InFlight', () => {
  let server: Server;
  let clients: Socket[];
  let responses: ServerResponse[];

  beforeEach(async () => {
    clients = [];
    responses = [];
    server = createServer((_request, response) => void responses.push(response));
    await listening(server);
  });
  afterEach(() => {
    for (const client of clients) client.destroy();
    stop(server);
  });

  /** A response to a client that reads nothing until it is told to. */
  async function ask(): Promise<ServerResponse> {
    const count = responses.length;
    const client = connect(portOf(server), '127.0.0.1');
    client.on('error', () => {});
    client.pause();
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    clients.push(client);
    await waitFor(() => responses.length > count);
    return responses[count] as ServerResponse;
  }

  it('refuses more requests than a worker may have, until one has ended', async () => {
    const inFlight = new InFlight(1);
    const first = await ask();
    inFlight.enter('rtsp-0', first);
    inFlight.enter('rtsp-1', await ask());
    const third = await ask();
    expect(codeOf(() => inFlight.enter('rtsp-0', third))).to.equal('worker-busy');
    const closed = new Promise((resolve) => first.once('close', resolve));
    first.destroy();
    await closed;
    inFlight.enter('rtsp-0', third);
  });

  it('cuts off a client that does not read, and no client that has nothing to read', async () => {
    const inFlight = new InFlight(2, 20);
    const [stuck, idle] = [await ask(), await ask()];
    for (const response of [stuck, idle]) inFlight.enter('rtsp-0', response);
    stuck.write(MORE_THAN_BUFFERS);
    await waitFor(() => stuck.destroyed);
    expect(idle.destroyed).to.equal(false);
  });

  it('lets clients that do not read make room for others immediately', async () => {
    const inFlight = new InFlight(1, 200);
    const stuck = await ask();
    inFlight.enter('rtsp-0', stuck);
    stuck.write(MORE_THAN_BUFFERS);
    const next = await ask();
    await waitFor(() => {
      try {
        inFlight.enter('rtsp-0', next);
        return true;
      } catch {
        return false;
      }
    });
    expect(stuck.destroyed).to.equal(true);
  });
});
