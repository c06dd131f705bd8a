import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { generate, type Packet, parser } from 'mqtt-packet';
import { Connection, type ConnectionOptions } from '../../../gateway/mqtt/connection.ts';

const ACCEPTED: Packet = { cmd: 'connack', returnCode: 0, sessionPresent: false };

describe('A connection to an MQTT broker', () => {
  let server: Server;
  let answer: (packet: Packet, reply: (packet: Packet) => void) => void;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      const reader = parser({ protocolVersion: 4 });
      socket.on('data', (chunk) => reader.parse(chunk)).on('error', () => {});
      reader.on('packet', (packet) => answer(packet, (reply) => socket.write(generate(reply))));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  const connection = (options: Partial<ConnectionOptions> = {}): Connection =>
    new Connection({
      broker: {
        protocol: 'mqtt',
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        path: '',
        username: undefined,
        password: undefined,
        ca: undefined,
      },
      clientId: 'gateway-1',
      will: { topic: 'gw/status', payload: 'offline' },
      keepAliveS: 30,
      connectMs: 10_000,
      onAccepted: () => {},
      onMessage: () => {},
      ...options,
    });

  const accept: typeof answer = ({ cmd }, reply) => {
    if (cmd === 'connect') reply(ACCEPTED);
  };

  it('ends when the broker is silent, after it has asked', async () => {
    const seen: string[] = [];
    answer = (packet, reply) => {
      seen.push(packet.cmd);
      accept(packet, reply);
    };
    expect(await connection({ keepAliveS: 0.05 }).run()).to.equal('the broker does not answer');
    expect(seen).to.deep.equal(['connect', 'pingreq']);
  });

  it('stays while the broker answers', async () => {
    let pings = 0;
    const live = connection({ keepAliveS: 0.05 });
    answer = (packet, reply) => {
      accept(packet, reply);
      if (packet.cmd !== 'pingreq') return;
      reply({ cmd: 'pingresp' });
      pings += 1;
      if (pings === 4) live.close();
    };
    await live.run();
    expect(pings).to.equal(4);
  });

  it('ends when the broker does not accept in time', async () => {
    answer = () => {};
    expect(await connection({ connectMs: 50 }).run()).to.equal('the broker does not answer');
  });

  it('says why the broker refuses', async () => {
    answer = (_, reply) => reply({ cmd: 'connack', returnCode: 4, sessionPresent: false });
    expect(await connection().run()).to.equal('Connection refused: bad user name or password');
  });

  it('says that what answers is no broker', async () => {
    answer = () => sockets[0]?.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await connection().run()).to.equal('What answers does not speak MQTT');
  });

  it('rejects what was not acknowledged when it ends', async () => {
    answer = (packet, reply) => {
      accept(packet, reply);
      if (packet.cmd === 'publish') sockets[0]?.destroy();
    };
    let outcome: Promise<unknown> = Promise.resolve();
    const live = connection({
      onAccepted: (it) => {
        outcome = it.publish({ topic: 'a', payload: 'b', qos: 1 }).catch((error: Error) => error.message);
      },
    });
    await live.run();
    expect(await outcome).to.match(/ended/);
  });

  it('matches acknowledgements in any order, and tells of a refused topic', async () => {
    const published: number[] = [];
    answer = (packet, reply) => {
      accept(packet, reply);
      if (packet.cmd === 'subscribe')
        reply({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1, 128] });
      if (packet.cmd !== 'publish') return;
      published.push(packet.messageId ?? 0);
      if (published.length === 2)
        for (const messageId of published.toReversed()) reply({ cmd: 'puback', messageId });
    };
    let refusal: unknown;
    const live = connection({
      onAccepted: async (it) => {
        const one = { topic: 'a', payload: 'b', qos: 1 } as const;
        await Promise.all([it.publish(one), it.publish(one)]);
        refusal = await it.subscribe(['a', 'b']).catch((error: Error) => error.message);
        it.close();
      },
    });
    await live.run();
    expect(new Set(published).size).to.equal(2);
    expect(refusal).to.equal('not authorized to subscribe');
  });

  it('acknowledges what the broker publishes with quality of service 1', async () => {
    const messages: string[] = [];
    const live = connection({ onMessage: ({ topic, payload }) => messages.push(`${topic} ${payload}`) });
    answer = (packet, reply) => {
      accept(packet, reply);
      if (packet.cmd === 'connect')
        reply({ cmd: 'publish', topic: 'a', payload: 'b', qos: 1, messageId: 9, retain: false, dup: false });
      if (packet.cmd === 'puback' && packet.messageId === 9) live.close();
    };
    await live.run();
    expect(messages).to.deep.equal(['a b']);
  });
});
