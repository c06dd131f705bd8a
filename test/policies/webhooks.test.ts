import type { LookupFunction } from 'node:net';
import { expect } from 'chai';
import { SettingsError } from '#shared/settings.ts';
import { loadConfig } from '../../gateway/config/config.ts';
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
  it('S22: go to two fixed paths of the address that the operator set, with any content', async () => {
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

  for (const url of [
    'http://169.254.169.254/latest',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]:8000',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
    'http://0.0.0.0:8000',
    'http://239.1.2.3',
  ]) {
    it(`S22: cannot be sent to ${url}: the gateway does not start`, () => {
      expect(() => loadConfig({ APP_PY_URL: url })).to.throw(SettingsError, 'APP_PY_URL');
    });
  }

  it('S22: may be sent to this machine, to a private network and to the internet', () => {
    for (const url of [
      'http://127.0.0.1:8000',
      'http://192.168.1.9:8000',
      'http://[::1]:8000',
      'https://a.example',
    ])
      expect(loadConfig({ APP_PY_URL: url }).store.deliveries.appPyUrl).to.equal(url);
  });

  it('S22: reach no metadata service through a name that leads there, also when only one of its addresses does', async () => {
    const receiver = await FastApiReceiver.open();
    const { port } = new URL(receiver.url);
    const resolvesTo = (...addresses: string[]): LookupFunction => {
      const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      return (_hostname, options, callback) =>
        options.all === true
          ? callback(null, found)
          : callback(null, found[0]?.address ?? '', found[0]?.family ?? 4);
    };
    const send = async (resolve: LookupFunction) => {
      const endpoint = new HttpEndpoint({ baseUrl: `http://backend.test:${port}`, resolve });
      const request = { id: 'msg_1', path: '/api/camera-event', body: '{}', at: new Date() };
      const answer = await endpoint.post(request, AbortSignal.timeout(5000));
      endpoint.close();
      return answer;
    };
    try {
      for (const resolve of [
        resolvesTo('169.254.169.254'),
        resolvesTo('127.0.0.1', '169.254.169.254'),
        resolvesTo('::ffff:169.254.169.254'),
        resolvesTo('64:ff9b::a9fe:a9fe'),
        resolvesTo('fe80::1'),
      ]) {
        const answer = await send(resolve);
        expect(answer.kind).to.equal('failed');
        expect((answer as { reason: string }).reason).to.include('backend.test leads to an address');
      }
      expect(receiver.received).to.deep.equal([]);
      expect((await send(resolvesTo('127.0.0.1'))).kind).to.equal('answered');
    } finally {
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
    // A notification has a target, which only admins give, within what the addresses of deliveries may be.
    expect(
      [...names].filter((name) => /webhook|callback|app_?py|target|notify_?url/i.test(name)),
    ).to.deep.equal(['target']);
  });
});
