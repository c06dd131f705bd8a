import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { textFrame } from '../doubles/feed-double.ts';
import { getJson, postJson } from '../support/http.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

describe('The gateway while its database is away since the start', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open({
      env: { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x', MOONDREAM_API_KEY: 'key' },
      hasDatabase: false,
    });
  });
  after(() => gateway.close());

  const requests: [string, string, object?][] = [
    ['GET', '/api/cameras/gate'],
    ['GET', '/api/cameras/gate/frame'],
    ['GET', '/api/cameras/gate/status'],
    ['GET', '/api/cameras/gate/stream.mjpeg'],
    ['GET', '/hls/gate/index.m3u8'],
    ['GET', '/hls/gate/seg-1.m4s'],
    ['POST', '/whep/gate'],
    ['DELETE', '/whep/gate/gate_0'],
    ['POST', '/api/webrtc/stream/gate'],
    ['POST', '/api/webrtc/offer', { cameraId: 'gate' }],
    ['POST', '/api/webrtc/answer', { sessionId: 'gate_0', sdp: 'v=0' }],
    ['POST', '/api/moondream/query', { cameraId: 'gate', question: 'Who?' }],
    ['POST', '/api/watches', { cameraId: 'gate', skill: 'query', prompt: 'Who?', everyMs: 5000 }],
  ];
  for (const [method, path, json] of requests) {
    it(`answers ${method} ${path} of a camera that may be stored with 503 storage-unavailable`, async () => {
      const headers = { 'Content-Type': 'application/json' };
      const sent = json === undefined ? {} : { headers, body: JSON.stringify(json) };
      const answer = await fetch(`${gateway.origin}${path}`, { method, ...sent });
      const { code } = (await answer.json()) as { code: string };
      expect([answer.status, code]).to.deep.equal([503, 'storage-unavailable']);
      expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
    });
  }

  for (const path of ['/ws/mse/gate', '/ws/webrtc/gate_0']) {
    it(`refuses the socket ${path} with 503 storage-unavailable`, async () => {
      const socket = new WebSocket(`${gateway.origin.replace(/^http/, 'ws')}${path}`);
      socket.on('error', () => {});
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
      const chunks: Buffer[] = await response.toArray();
      const { code } = JSON.parse(Buffer.concat(chunks).toString());
      expect([response.statusCode, code]).to.deep.equal([503, 'storage-unavailable']);
    });
  }

  it('tells a subscriber of /ws storage-unavailable and keeps the subscription', async () => {
    const client = await WsClient.open(gateway.origin);
    client.send({ action: 'subscribe', cameraId: 'gate' });
    await waitFor(() => client.errors().length > 0);
    expect(client.errors().map(({ code, cameraId }) => [code, cameraId])).to.deep.equal([
      ['storage-unavailable', 'gate'],
    ]);
    await waitFor(() => {
      for (const worker of gateway.workers) worker.publish('gate', textFrame('gate', 1));
      return client.frames('gate').length > 0;
    });
    client.close();
  });

  it('serves a camera that a client connected', async () => {
    const connected = await postJson(`${gateway.origin}/api/cameras/connect`, {
      cameraId: 'live',
      ip: '192.0.2.1',
    });
    expect(connected.status).to.equal(200);
    expect((await getJson(`${gateway.origin}/api/cameras/live/status`)).status).to.equal(200);
  });
});
