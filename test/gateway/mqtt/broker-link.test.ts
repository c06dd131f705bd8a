import { createServer, type Server, type Socket } from 'node:net';
import { BrokerLink } from '../../../gateway/mqtt/broker-link.ts';
import { listening, portOf, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** MQTT 3.1.1, section 3.2: the connection is accepted. */
const CONNACK = Buffer.from([0x20, 2, 0, 0]);

describe('The connection to a broker that no longer answers', () => {
  let broker: Server;
  const sockets: Socket[] = [];

  before(async () => {
    broker = await listening(
      createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.once('data', () => socket.write(CONNACK));
        socket.resume();
      }),
    );
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    stop(broker);
  });

  it('is closed all the same', async function () {
    // Sooner than the library notices that its pings are not answered.
    this.timeout(15_000);
    const link = new BrokerLink({
      broker: {
        ...{ protocol: 'mqtt', host: '127.0.0.1', port: portOf(broker), path: '/' },
        ...{ username: undefined, password: undefined, ca: undefined },
      },
      statusTopic: 'gateway/status',
      subscriptions: [],
      onSession: (session) => void session.publish({ topic: 'event', payload: '{}', qos: 1 }).catch(() => {}),
      onMessage: () => {},
      log: silentLog,
    });
    link.start();
    await waitFor(() => link.isConnected, { message: 'the connection' });
    await link.close();
  });
});
