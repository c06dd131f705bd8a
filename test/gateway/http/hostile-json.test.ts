import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { getJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';

const MIB = 1024 * 1024;
const DEEP = 100_000;
/** Every route of ours that reads JSON. */
const ROUTES = [
  '/api/cameras',
  '/api/cameras/connect',
  '/api/cameras/disconnect',
  '/api/cameras/test',
  '/api/camera-streams',
  '/api/watches',
  '/api/tickets',
  '/api/moondream/query',
] as const;

describe('JSON that is no request', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open();
  });
  after(() => gateway.close());

  async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
    const response = await fetch(`${gateway.origin}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return { status: response.status, text: await response.text() };
  }

  for (const path of ROUTES) {
    it(`F61, S19: is refused by ${path} when it is too large, too deep or packed to be small`, async () => {
      const large = await post(path, JSON.stringify({ name: 'x'.repeat(11 * MIB) }));
      expect(large.status, 'too large').to.be.oneOf([400, 413, 503]);
      const deep = await post(path, `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`);
      expect(deep.status, 'an array in an array').to.be.oneOf([400, 413, 503]);
      const nested = await post(path, `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`);
      expect(nested.status, 'an object in an object').to.be.oneOf([400, 413, 503]);
      const bomb = gzipSync(Buffer.alloc(64 * MIB, '{"a":'));
      expect(bomb.length).to.be.lessThan(MIB);
      const packed = await post(path, bomb, { 'Content-Encoding': 'gzip' });
      expect(packed.status, 'packed').to.be.oneOf([400, 413, 415, 503]);
      expect((await getJson(`${gateway.origin}/health`)).status).to.equal(200);
    });

    it(`F47, S19: changes no prototype through ${path}`, async () => {
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        const { status } = await post(path, `{"${key}":{"polluted":true,"prototype":{"polluted":true}}}`);
        expect(status, key).to.be.oneOf([400, 503]);
      }
      expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
    });
  }

  it('is refused with the name of the field when a text holds half a character', async () => {
    const camera = { id: 'half', name: 'Half', location: 'Here', ip: '192.0.2.1', port: 554 };
    const inValue = await post('/api/cameras', JSON.stringify({ ...camera, username: '\ud800' }));
    expect([inValue.status, JSON.parse(inValue.text).code]).to.deep.equal([400, 'invalid-field']);
    expect(JSON.parse(inValue.text).error).to.match(/^username holds half a character/);
    const within = await post('/api/watches', JSON.stringify({ actions: [{ preset: 'a\udc00' }] }));
    expect(JSON.parse(within.text).error).to.match(/^actions\.0\.preset holds/);
    const inName = await post('/api/cameras', JSON.stringify({ ...camera, '\udfff': 1 }));
    expect(JSON.parse(inName.text).error).to.match(/^A name in the body holds/);
    expect((await getJson(`${gateway.origin}/api/cameras/half`)).status, 'nothing is stored').to.equal(404);
  });

  for (const path of ROUTES.filter((route) => !route.startsWith('/api/moondream'))) {
    it(`S19: is refused by ${path} beyond 256 KiB; only pictures for Moondream may be larger`, async () => {
      const { status, text } = await post(path, JSON.stringify({ name: 'x'.repeat(257 * 1024) }));
      expect([status, JSON.parse(text).code]).to.deep.equal([413, 'body-too-large']);
    });
  }

  it('S19: finds nothing under the names that every object has', async () => {
    for (const id of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      for (const path of ['/api/cameras/', '/api/camera-streams/', '/api/deliveries/'])
        expect((await getJson(`${gateway.origin}${path}${id}`)).status, path + id).to.be.oneOf([400, 404]);
    }
  });
});
