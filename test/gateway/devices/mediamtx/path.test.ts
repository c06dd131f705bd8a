import { expect } from 'chai';
import {
  bytesOf,
  isGhost,
  isReady,
  isSourceReady,
  mediamtxPathSchema,
  readySince,
  sizeOf,
  tracksOf,
} from '../../../../gateway/devices/mediamtx/path.ts';
import { whepBase, whepUrl } from '../../../../gateway/devices/mediamtx/whep-url.ts';
import { deadPath, ghostPath, LIVE, livePath, NEVER } from './mediamtx-shapes.ts';

const read = (item: unknown) => mediamtxPathSchema.parse(item);

describe('A MediaMTX path', () => {
  for (const [version, item] of Object.entries(LIVE)) {
    it(`of ${version} is understood field by field`, () => {
      const path = read(item);
      expect([isReady(path), isSourceReady(path), isGhost(path)]).to.deep.equal([true, true, false]);
      expect(tracksOf(path)[0]).to.equal('H264');
      expect(bytesOf(path)).to.deep.equal({ in: 1000, out: 50 });
      expect(new Date(readySince(path) as string).toISOString()).to.equal('2026-08-22T08:00:00.123Z');
    });
  }

  for (const [what, item, ready, sourceReady] of [
    ['a dead camera that is told to be online', deadPath('a'), false, false],
    ['a slate in place of a source that is offline', livePath('a', { online: false }), true, false],
    ['v1.9 without a source', { ...LIVE['v1.9'], source: null }, true, false],
    ['v1.9 that is not ready', { ...LIVE['v1.9'], ready: false, readyTime: null }, false, false],
    ['newer fields that are null', { ...LIVE['v1.9'], available: null, online: null }, true, true],
    ['newer fields that contradict older ones', livePath('a', { ready: false }), true, true],
    ['no field but the name', { name: 'a' }, false, false],
  ] as const) {
    it(`knows ready and source ready of ${what}`, () => {
      const path = read(item);
      expect([isReady(path), isSourceReady(path)]).to.deep.equal([ready, sourceReady]);
    });
  }

  it('is a ghost without publisher, readable media and settings entry', () => {
    expect(isGhost(read(ghostPath('a')))).to.equal(true);
    expect(isGhost(read({ ...ghostPath('a'), confName: 'a' }))).to.equal(false);
    expect(isGhost(read(livePath('a', { confName: 'all_others', source: null })))).to.equal(false);
  });

  it('has a size once the codec has one', () => {
    expect(sizeOf(read(LIVE['v1.20']))).to.deep.equal({ width: 1920, height: 1080 });
    expect(sizeOf(read(LIVE['v1.16']))).to.equal(undefined);
    const unknownYet = [{ codec: 'H264', codecProps: { width: 0, height: 0, profile: '', level: '' } }];
    expect(sizeOf(read(livePath('a', { tracks2: unknownYet })))).to.equal(undefined);
    expect(sizeOf(read(livePath('a', { tracks2: [{ codec: 'M-JPEG', codecProps: null }] })))).to.equal(
      undefined,
    );
  });

  it('is ready since no time that never was', () => {
    for (const availableTime of [NEVER, null, 'yesterday']) {
      expect(readySince(read(livePath('a', { availableTime, readyTime: null })))).to.equal(null);
    }
  });

  it('cannot be read without a usable name or with fields of other kinds', () => {
    for (const item of [
      {},
      { name: '' },
      { name: 7 },
      { name: 'a\u0000b' },
      { name: 'a\ud800' },
      { name: 'a', available: 'yes' },
      null,
    ]) {
      expect(mediamtxPathSchema.safeParse(item).success, JSON.stringify(item)).to.equal(false);
    }
  });
});

describe('The WHEP address of a path', () => {
  const url = (item: object, base: string | null = 'http://media.example:8889') => whepUrl(base, read(item));

  it('escapes every segment of the name and keeps the slashes', () => {
    expect(url(livePath('yard/cam 1'))).to.equal('http://media.example:8889/yard/cam%201/whep');
    expect(url(livePath('a?b#c/~d:e.f/é'))).to.equal(
      'http://media.example:8889/a%3Fb%23c/~d%3Ae.f/%C3%A9/whep',
    );
  });

  it('is missing where no player could use it', () => {
    expect(url(livePath('a'), null)).to.equal(null);
    expect(url(livePath('a', { tracks2: [{ codec: 'M-JPEG', codecProps: null }] }))).to.equal(null);
    expect(url(livePath('a', { source: { type: 'redirect', id: '' } }))).to.equal(null);
  });

  it('is there while tracks are unknown, and for codecs that we have never heard of', () => {
    expect(url(deadPath('a'))).to.be.a('string');
    expect(url(livePath('a', { tracks2: [{ codec: 'H277', codecProps: null }] }))).to.be.a('string');
  });

  it("begins with what is configured, else with the API's host", () => {
    expect(whepBase('http://10.0.0.7:9997', undefined)).to.equal('http://10.0.0.7:8889');
    expect(whepBase('https://user:pw@[fd00::7]:9997/api', undefined)).to.equal('http://[fd00::7]:8889');
    expect(whepBase('http://10.0.0.7:9997', 'https://media.example/rtc/')).to.equal(
      'https://media.example/rtc',
    );
  });
});
