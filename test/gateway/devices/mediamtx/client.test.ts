import { expect } from 'chai';
import { MediamtxClient } from '../../../../gateway/devices/mediamtx/client.ts';
import { rejection } from '../../../support/errors.ts';
import { nock, useNock } from '../../../support/nock.ts';
import { MediamtxDouble, page } from './mediamtx-double.ts';
import { LIVE, livePath } from './mediamtx-shapes.ts';

const ORIGIN = 'http://mediamtx.test:9997';
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

describe('MediamtxClient', () => {
  let server: MediamtxDouble;
  let client: MediamtxClient;

  beforeEach(async () => {
    server = await MediamtxDouble.open();
    client = new MediamtxClient({ url: server.origin });
  });

  afterEach(() => server.close());

  describe('reading lists', () => {
    const pagesAsked = () => server.calls.filter((call) => call === 'GET /v3/paths/list').length;

    it('reads every page, though the server holds 100 on one by default', async () => {
      server.paths = Array.from({ length: 2500 }, (_, index) => livePath(`cam${index}`));
      const { items, isStable } = await client.listPaths();
      expect([items.length, isStable, pagesAsked()]).to.deep.equal([2500, true, 3]);
      expect(server.seen[0]?.path).to.equal('/v3/paths/list?itemsPerPage=1000&page=0');
    });

    it('reads a server that cuts pages smaller than asked', async () => {
      server.paths = Array.from({ length: 250 }, (_, index) => livePath(`cam${index}`));
      server.intercept = ({ path }) => {
        const url = new URL(path, 'http://local');
        url.searchParams.set('itemsPerPage', '100');
        return page(server.paths, url);
      };
      expect((await client.listPaths()).items).to.have.length(250);
    });

    it('reads an empty list, which has no page at all', async () => {
      expect(await client.listPaths()).to.deep.equal({
        items: [],
        skipped: 0,
        skippedNames: [],
        isStable: true,
      });
    });

    it('reads again when the list changed between two pages', async () => {
      const all = Array.from({ length: 1500 }, (_, index) => livePath(`cam${index}`));
      server.paths = all;
      server.intercept = ({ path }) => {
        // The first path leaves after page 0 of the first walk: page 1 would skip cam1000.
        if (path.includes('page=1')) server.paths = all.slice(1);
        return undefined;
      };
      const { items, isStable } = await client.listPaths();
      expect([items.length, isStable, pagesAsked()]).to.deep.equal([1499, true, 4]);
      expect(items.map(({ name }) => name)).to.include('cam1000');
    });

    it('keeps one of each name and reports it when a list never stands still', async () => {
      let extra = 0;
      server.intercept = () => {
        extra += 1;
        const items = [livePath('cam'), ...Array.from({ length: 1000 + extra }, () => livePath('same'))];
        return page(items, new URL(server.seen.at(-1)?.path as string, 'http://local'));
      };
      const { items, isStable } = await client.listPaths();
      expect([items.map(({ name }) => name), isStable]).to.deep.equal([['cam', 'same'], false]);
      expect(pagesAsked()).to.equal(6);
    });

    it('skips and counts what cannot be read, and keeps what it does not know', async () => {
      server.paths = [LIVE['a version to come'], { name: 7 }, { confName: 'nameless' }, livePath('cam')];
      const { items, skipped } = await client.listPaths();
      expect(items.map(({ name }) => name)).to.deep.equal(['yard', 'cam']);
      expect([skipped, items[0]?.mood]).to.deep.equal([2, { calm: true }]);
    });

    for (const [what, reply] of [
      ['an HTML page of a proxy', [200, '<html>Welcome</html>', { 'Content-Type': 'text/html' }]],
      ['plain text', [404, '404 page not found', { 'Content-Type': 'text/plain' }]],
      ['JSON that is cut off', [200, '{"itemCount":1,"pageCount":1,"items":[{"na', JSON_TYPE]],
      ['an object without items', [200, { itemCount: 0, pageCount: 0 }, JSON_TYPE]],
      ['items that are null', [200, { itemCount: 0, pageCount: 0, items: null }, JSON_TYPE]],
      ['an array', [200, [], JSON_TYPE]],
      ['nothing', [200, '', {}]],
      ['an unreadable number of pages', [200, { itemCount: 1, pageCount: 2 ** 31, items: [] }, JSON_TYPE]],
      ['a redirect', [302, '', { Location: 'http://elsewhere.test/' }]],
      ['an error of its own', [500, { status: 'error', error: 'terminated' }, JSON_TYPE]],
    ] as [string, [number, unknown, Record<string, string>]][]) {
      it(`takes ${what} for an invalid answer`, async () => {
        server.intercept = () => reply;
        expect((await rejection(client.listPaths())).code).to.equal('mediamtx-invalid-answer');
      });
    }

    it('takes nothing when only the last page is invalid', async () => {
      server.paths = Array.from({ length: 1500 }, (_, index) => livePath(`cam${index}`));
      server.intercept = ({ path }) => (path.includes('page=1') ? [200, 'oops'] : undefined);
      expect((await rejection(client.listPaths())).code).to.equal('mediamtx-invalid-answer');
    });
  });

  describe('of any version', () => {
    useNock();

    for (const [version, item] of Object.entries(LIVE)) {
      it(`returns every member of a path that ${version} sends`, async () => {
        const listing = { itemCount: 1, pageCount: 1, items: [item] };
        nock(ORIGIN).get('/v3/paths/list').query(true).reply(200, listing, JSON_TYPE);
        const { items } = await new MediamtxClient({ url: ORIGIN }).listPaths();
        expect(items).to.deep.equal([item]);
      });
    }
  });

  describe('changing paths', () => {
    it('escapes names but keeps their slashes', async () => {
      await client.replacePath('yard/cam 1', { source: 'publisher' });
      await client.deletePath('yard/cam 1');
      expect(server.calls).to.deep.equal([
        'POST /v3/config/paths/replace/yard/cam%201',
        'DELETE /v3/config/paths/delete/yard/cam%201',
      ]);
      expect(server.seen[0]?.body).to.deep.equal({ source: 'publisher' });
    });

    it('is content with the empty answers of v1.9', async () => {
      server.intercept = () => [200, ''];
      await client.replacePath('a', {});
      await client.deletePath('a');
      expect(server.changes).to.have.length(2);
    });

    it('adds a path where a server does not make it by replacing', async () => {
      server.intercept = ({ path }) =>
        path.includes('/replace/') ? [404, { error: 'path not found' }] : [200, ''];
      await client.replacePath('a', { source: 'publisher' });
      expect(server.changes).to.deep.equal([
        'POST /v3/config/paths/replace/a',
        'POST /v3/config/paths/add/a',
      ]);
      expect(server.seen[1]?.body).to.deep.equal({ source: 'publisher' });
    });

    it('removes what is not there', async () => {
      await client.deletePath('a');
      expect(server.changes).to.deep.equal(['DELETE /v3/config/paths/delete/a']);
    });

    for (const [what, status, body, headers, words] of [
      [
        'JSON',
        400,
        '{"status":"error","error":"invalid source: \'rtsp://u:secret@h/1\'"}',
        JSON_TYPE,
        "invalid source: 'rtsp://***@h/1'",
      ],
      ['plain text', 404, '404 page not found', { 'Content-Type': 'text/plain' }, '404 page not found'],
      ['an empty body', 500, '', {}, 'status 500'],
      ['a page', 502, '<html>Bad gateway</html>', { 'Content-Type': 'text/html' }, 'status 502'],
    ] as [string, number, string, Record<string, string>, string][]) {
      it(`passes on why the server refused, from ${what}, without any password`, async () => {
        server.intercept = () => [status, body, headers];
        const error = await rejection(client.replacePath('a', {}));
        expect([error.code, error.message]).to.deep.equal([
          'mediamtx-refused',
          `MediaMTX refused the settings of path a: ${words}`,
        ]);
      });
    }
  });

  it('identifies a server by its version and start, if it sends them', async () => {
    expect(await client.info()).to.deep.equal({ version: 'v1.20.1', started: '2026-08-22T08:00:00Z' });
    server.info = undefined;
    expect(await client.info()).to.equal(undefined);
  });

  it('keeps of the settings of paths only what it needs', async () => {
    server.configs.set('a', {
      name: 'a',
      source: 'rtsp://h/1',
      sourceOnDemand: true,
      srtReadPassphrase: 'secret',
      rpiCameraTextOverlay: 'x',
      record: true,
    });
    expect((await client.listPathConfigs()).items).to.deep.equal([
      { name: 'a', source: 'rtsp://h/1', sourceOnDemand: true, rpiCameraTextOverlay: 'x' },
    ]);
  });
});
