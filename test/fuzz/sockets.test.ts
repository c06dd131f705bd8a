import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { getJson } from '../support/http.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { hostileText, hostileValue, RUNS, spoiled } from './hostile.ts';

const SUBSCRIBE = {
  action: 'subscribe',
  cameraId: '1',
  fps: 15,
  width: 320,
  quality: 80,
  encoding: 'base64',
  multiple: true,
  detections: true,
};
/** Policy, size, type, text: what a server may end a socket with that a client misused (RFC 6455 section 7.4.1). */
const CLOSE_CODES = [1003, 1007, 1008, 1009];

describe('Messages on /ws that are not right', function () {
  this.timeout(120_000);
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open();
  });
  after(() => gateway.close());

  const message = fc.oneof(
    spoiled(SUBSCRIBE).map((value) => JSON.stringify(value) ?? 'undefined'),
    spoiled({ action: 'unsubscribe', cameraId: '1' }).map((value) => JSON.stringify(value) ?? ''),
    hostileValue.map((value) => JSON.stringify(value) ?? ''),
    hostileText,
    fc.uint8Array({ maxLength: 200 }),
  );

  it('are answered, or end the socket with a code that says why', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
        const client = await WsClient.open(gateway.origin);
        for (const each of messages) client.socket.send(each);
        client.send({ action: 'ping' });
        const isHeard = (): boolean =>
          client.closeCode !== undefined || client.messages.some(({ type }) => type === 'pong');
        await waitFor(isHeard, { message: 'an answer' });
        if (client.closeCode !== undefined) expect(client.closeCode).to.be.oneOf(CLOSE_CODES);
        if (client.closeCode === undefined) {
          client.close();
          await once(client.socket, 'close');
        }
      }),
      { numRuns: RUNS },
    );
    expect((await getJson(`${gateway.origin}/health`)).status).to.equal(200);
    await waitFor(async () =>
      /^gateway_client_sockets 0$/m.test(await (await fetch(`${gateway.origin}/metrics`)).text()),
    );
  });
});
