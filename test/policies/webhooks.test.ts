import { expect } from 'chai';
import { deliveryBody, deliveryPath } from '../../gateway/deliveries/delivery.ts';
import { HttpEndpoint } from '../../gateway/deliveries/http-endpoint.ts';
import { FastApiReceiver } from '../support/fastapi-receiver.ts';
import { getJson } from '../support/http.ts';
import { TestGateway } from '../support/test-gateway.ts';

/** Camera ids that would lead elsewhere if they became part of an address. */
const HOSTILE = [
  '//evil.test',
  '@evil.test',
  '..\\evil.test',
  '?x=1#',
  'a\r\nHost: evil.test',
  'https://evil.test',
];

describe('Webhooks', () => {
  it('S22: go to two fixed paths of the address that the operator set, whatever they tell of', async () => {
    const receiver = await FastApiReceiver.open();
    const endpoint = new HttpEndpoint({ baseUrl: receiver.url });
    try {
      for (const id of HOSTILE) {
        const stream = {
          camera_id: id,
          camera_description: id,
          stream_type: 'rtsp' as const,
          rtsp_url: `rtsp://${id}/`,
          video_url: null,
        };
        const event = {
          event_id: id,
          camera_id: id,
          kind: id,
          label: id,
          score: null,
          started_at: 0,
          data: {},
        };
        for (const payload of [stream, event]) {
          const request = {
            id: 'msg_1',
            path: deliveryPath(payload),
            body: deliveryBody(payload),
            at: new Date(),
          };
          expect((await endpoint.post(request, AbortSignal.timeout(5000))).kind).to.equal('answered');
        }
      }
      expect(receiver.received).to.have.length(HOSTILE.length * 2);
      const hosts = receiver.received.map(({ headers }) => headers.host);
      expect(new Set(receiver.received.map(({ url }) => url))).to.deep.equal(
        new Set(['/api/camera-stream', '/api/camera-event']),
      );
      expect(new Set(hosts)).to.deep.equal(new Set([new URL(receiver.url).host]));
    } finally {
      endpoint.close();
      await receiver.close();
    }
  });

  it('S22: have no address that a client could give', async () => {
    const gateway = await TestGateway.open();
    const { body } = await getJson(`${gateway.origin}/openapi.json`);
    await gateway.close();
    const names = new Set<string>();
    const collect = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name);
        collect(value);
      }
    };
    collect(body);
    expect([...names]).to.include('rtspUrl');
    expect(
      [...names].filter((name) => /webhook|callback|app_?py|target|notify_?url/i.test(name)),
    ).to.deep.equal([]);
  });
});
