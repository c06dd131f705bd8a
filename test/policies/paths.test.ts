import { expect } from 'chai';
import { TestGateway } from '../support/test-gateway.ts';
import { getRaw } from './raw-request.ts';

/** Ways out of a folder, as they are tried on servers of files. */
const WAYS_OUT = [
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/etc/passwd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cetc%5cpasswd',
  '....//....//etc/passwd',
  '%252e%252e%252fetc%252fpasswd',
  '%c0%ae%c0%ae/etc/passwd',
  '..;/..;/etc/passwd',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'file:///etc/passwd',
  '..%00/etc/passwd',
  '%00',
  'main.ts%00.png',
  '.',
  '..',
  '../page-routes.ts',
  '..%2fpage-routes.ts',
  '../../../package.json',
  '..%2f..%2f..%2fpackage.json',
  '.env',
  'api-token',
  '..%2fapi-token',
  '..%2fgateway.db',
];
const PLACES = [
  '/dashboard/',
  '/docs/',
  '/signin/',
  '/hls/1/',
  '/api/camera-streams/',
  '/api/camera-streams/yard/',
  '/api/events/',
  '/api/moondream/frames/',
  '/api/reason/pictures/',
  '/api/reason/history/',
  '/',
];

describe('Paths of users', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open({ env: { API_TOKEN: 'S3cr3tC4nary-of-this-test' } });
  });
  after(() => gateway.close());

  for (const place of PLACES) {
    it(`S15: lead out of no folder below ${place}`, async () => {
      for (const way of WAYS_OUT) {
        const { status, text } = await getRaw(gateway.origin, place + way, { accept: '*/*' });
        // A path may end up, tidied, where something is: then it is what is there for everyone.
        if (status === 200)
          expect(text, way).to.match(/^\[\]|^\{"name":"visual-reasoning-gateway"|<!doctype html>/i);
        else expect(status, way).to.be.oneOf([301, 302, 400, 404]);
        expect(text, way).to.not.match(/root:|"dependencies"|SQLite format|S3cr3tC4nary|import /);
      }
    });
  }

  it('S16: are never shown as HTML: what is not there is told in JSON', async () => {
    for (const path of [
      '/<script>alert(1)</script>',
      '/dashboard/<img%20src=x%20onerror=alert(1)>',
      '/api/cameras/<b>',
    ]) {
      const { status, headers } = await getRaw(gateway.origin, path, { accept: 'text/html' });
      expect([status, headers['content-type'], headers['x-content-type-options']], path).to.deep.equal([
        404,
        'application/problem+json; charset=utf-8',
        'nosniff',
      ]);
    }
  });

  it('refuses a path longer than any of ours before anything looks at it', async () => {
    for (const part of ['a.', 'rtsp://', '%2e/', 'S3cr']) {
      const answer = await getRaw(gateway.origin, `/${part.repeat(14_000 / part.length)}`);
      expect(answer.status, part).to.equal(404);
      expect(answer.text.length).to.be.lessThan(500);
    }
  });
});
