import type { RequestListener, Server } from 'node:http';
import { expect } from 'chai';
import { MediamtxClient } from '../../../../gateway/devices/mediamtx/client.ts';
import type { MediamtxAuth } from '../../../../gateway/devices/mediamtx/http.ts';
import { rejection } from '../../../support/errors.ts';
import { nock, useNock } from '../../../support/nock.ts';
import { originOf, serve, stop } from '../../../support/serve.ts';
import { MediamtxDouble } from './mediamtx-double.ts';

const ORIGIN = 'http://mediamtx.test:9997';
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

describe('Calls to MediaMTX', () => {
  let server: MediamtxDouble;
  let client: MediamtxClient;

  beforeEach(async () => {
    server = await MediamtxDouble.open();
    client = new MediamtxClient({ url: server.origin });
  });

  afterEach(() => server.close());

  describe('showing who we are', () => {
    for (const [what, options, expected] of [
      ['nothing by default', {}, undefined],
      [
        'a user by basic authentication',
        { auth: { kind: 'basic', username: 'api', password: 'p:ä' } },
        `Basic ${Buffer.from('api:p:ä').toString('base64')}`,
      ],
      ['the user of the URL', { user: 'api:p%40ss@' }, `Basic ${Buffer.from('api:p@ss').toString('base64')}`],
      ['a token', { auth: { kind: 'bearer', token: 'x.y.z' } }, 'Bearer x.y.z'],
    ] as const) {
      it(`sends ${what}`, async () => {
        const { user = '', ...more } = options as { user?: string; auth?: MediamtxAuth };
        const url = server.origin.replace('://', `://${user}`);
        await new MediamtxClient({ url, ...more }).listPaths();
        expect(server.seen.map(({ authorization }) => authorization)).to.deep.equal([expected]);
      });
    }

    for (const [version, body, headers] of [
      ['v1.9, with an empty body', '', {}],
      ['v1.20, with JSON', '{"status":"error","error":"authentication error"}', JSON_TYPE],
    ] as const) {
      it(`knows a refusal of ${version}, and asks only once`, async () => {
        server.intercept = () => [401, body, headers];
        const error = await rejection(client.listPaths());
        expect([error.code, server.seen.length]).to.deep.equal(['mediamtx-unauthorized', 1]);
        expect(error.hint).to.include('action `api`');
      });
    }
  });

  describe('when the network fails', () => {
    useNock();

    beforeEach(() => {
      client = new MediamtxClient({ url: ORIGIN });
    });

    const fail = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

    it('retries once, immediately, if an idle connection was closed', async () => {
      nock(ORIGIN).get('/v3/info').replyWithError(fail('ECONNRESET'));
      nock(ORIGIN).get('/v3/info').reply(200, { version: 'v1.20.1', started: 'now' }, JSON_TYPE);
      expect(await client.info()).to.deep.equal({ version: 'v1.20.1', started: 'now' });
    });

    it('gives up when the new connection breaks too', async () => {
      nock(ORIGIN).get('/v3/info').times(2).replyWithError(fail('ECONNRESET'));
      nock(ORIGIN).get('/v3/info').reply(200, {}, JSON_TYPE);
      expect((await rejection(client.info())).code).to.equal('mediamtx-unreachable');
      expect(nock.pendingMocks()).to.have.length(1);
    });

    it('does not insist where nothing listens', async () => {
      nock(ORIGIN).get('/v3/info').replyWithError(fail('ECONNREFUSED'));
      nock(ORIGIN).get('/v3/info').reply(200, {}, JSON_TYPE);
      const error = await rejection(client.info());
      expect([error.code, error.message]).to.deep.equal([
        'mediamtx-unreachable',
        'MediaMTX cannot be reached (ECONNREFUSED)',
      ]);
      expect(nock.pendingMocks()).to.have.length(1);
    });
  });

  describe('over a real connection', () => {
    let odd: Server | undefined;

    afterEach(() => {
      if (odd !== undefined) stop(odd);
    });

    async function serveOdd(listener: RequestListener): Promise<string> {
      const server = await serve(listener);
      odd = server;
      return originOf(server);
    }

    it('takes nothing of an answer that breaks off', async () => {
      let asked = 0;
      const url = await serveOdd((_req, res) => {
        asked += 1;
        res.writeHead(200, { ...JSON_TYPE, 'Content-Length': '5000' });
        res.write('{"itemCount":1,"pageCount":1,"items":[', () => res.destroy());
      });
      const error = await rejection(new MediamtxClient({ url }).listPaths());
      expect([error.code, asked]).to.deep.equal(['mediamtx-unreachable', 1]);
    });

    it('does not wait for ever for an answer that drips', async () => {
      const drips: NodeJS.Timeout[] = [];
      const url = await serveOdd((_req, res) => {
        res.writeHead(200, JSON_TYPE);
        drips.push(setInterval(() => res.write(' '), 10));
      });
      const error = await rejection(new MediamtxClient({ url, timeoutMs: 200 }).listPaths());
      for (const drip of drips) clearInterval(drip);
      expect(error.code).to.equal('mediamtx-timeout');
    });

    it('takes no answer larger than it can hold', async () => {
      const url = await serveOdd((_req, res) => {
        res.writeHead(200, JSON_TYPE);
        res.on('error', () => {});
        const pour = (): void => {
          while (!res.destroyed && res.write('x'.repeat(65_536)));
          res.once('drain', pour);
        };
        pour();
      });
      const error = await rejection(new MediamtxClient({ url, maxBytes: 1_000_000 }).listPaths());
      expect([error.code, error.message]).to.deep.equal([
        'mediamtx-invalid-answer',
        'MediaMTX answered more than 1000000 bytes',
      ]);
    });

    it('lives with a server that closes the connection after each answer', async () => {
      const url = await serveOdd((_req, res) => {
        res.writeHead(200, JSON_TYPE).end('{"itemCount":0,"pageCount":0,"items":[]}', () => res.destroy());
      });
      const patient = new MediamtxClient({ url });
      for (let round = 0; round < 3; round += 1) expect((await patient.listPaths()).items).to.deep.equal([]);
    });
  });
});
