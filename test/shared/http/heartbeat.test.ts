import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type { WebSocket } from 'ws';
import { keepAlive } from '#shared/http/heartbeat.ts';
import { waitFor } from '../../support/wait-for.ts';

const EVERY_MS = 30;

/** A client whose answers come as a test says. */
class SocketDouble extends EventEmitter {
  pings = 0;
  isCutOff = false;
  onPing: (number: number) => void = () => {};

  ping(): void {
    this.pings += 1;
    this.onPing(this.pings);
  }

  terminate(): void {
    this.isCutOff = true;
    this.emit('close');
  }

  watch(): void {
    keepAlive(this as unknown as WebSocket, { everyMs: EVERY_MS });
  }
}

describe('A heartbeat', () => {
  const socket = (): SocketDouble => new SocketDouble();

  it('cuts off a client that answers no ping', async () => {
    const silent = socket();
    silent.watch();
    await waitFor(() => silent.isCutOff);
    expect(silent.pings).to.equal(1);
  });

  it('spares one whose answer waits unread, since this process stood still', async () => {
    const client = socket();
    client.onPing = (number) =>
      setImmediate(() => {
        const until = performance.now() + (number === 1 ? 4 * EVERY_MS : 0);
        while (performance.now() < until);
        setImmediate(() => client.emit('pong'));
      });
    client.watch();
    await waitFor(() => client.pings > 1 || client.isCutOff);
    expect(client.isCutOff).to.equal(false);
    client.terminate();
  });
});
