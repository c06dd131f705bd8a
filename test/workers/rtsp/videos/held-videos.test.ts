import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { HeldVideos, type HeldVideosOptions } from '../../../../workers/rtsp/videos/held-videos.ts';
import { rejection } from '../../../support/errors.ts';
import { silentLog } from '../../../support/serve.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { waitFor } from '../../../support/wait-for.ts';

const CONTENT = Buffer.alloc(100_000, 'frame');

describe('Copies of uploaded videos at a worker', () => {
  let folder: string;
  let played: string[];
  let videos: HeldVideos;

  beforeEach(() => {
    folder = join(temporaryFolder(), 'videos');
    played = [];
    videos = open();
  });
  afterEach(() => videos.close());

  function open(options: Partial<HeldVideosOptions> = {}): HeldVideos {
    const limits = { quotaBytes: 250_000, reserveBytes: 0 };
    return new HeldVideos({ folder, ...limits, played: () => played, log: silentLog, ...options });
  }

  const expected = (content = CONTENT) => ({
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('base64'),
  });
  const receive = (name: string, content = CONTENT) =>
    videos.receive(name, expected(), Readable.from([content]));
  const entries = () => (existsSync(folder) ? readdirSync(folder).sort() : []);
  const codeOf = async (promise: Promise<unknown>) => (await rejection(promise)).code;

  it('are there once they came whole', async () => {
    expect(await videos.holds('film.mp4', CONTENT.length)).to.equal(false);
    await receive('film.mp4');
    expect(await videos.holds('film.mp4')).to.equal(true);
    expect(readFileSync(videos.pathOf('film.mp4')).equals(CONTENT)).to.equal(true);
  });

  it('leave nothing when they break off, are too short, too long, or other than announced', async () => {
    const broken = new PassThrough();
    const breaks = videos.receive('film.mp4', expected(), broken);
    broken.write(CONTENT.subarray(0, 5000));
    await waitFor(() => entries().length === 1);
    broken.destroy(new Error('the gateway has gone'));
    expect(await codeOf(breaks)).to.equal('upload-incomplete');
    const other = Buffer.from(CONTENT).fill('x', 50, 51);
    for (const content of [CONTENT.subarray(1), Buffer.concat([CONTENT, CONTENT]), other])
      expect(await codeOf(receive('film.mp4', content))).to.equal('upload-incomplete');
    expect(entries()).to.deep.equal([]);
    expect(await videos.holds('film.mp4')).to.equal(false);
  });

  it('make room for others while no camera plays them, the one first that was asked for the longest ago', async () => {
    await receive('a.mp4');
    await receive('b.mp4');
    utimesSync(join(folder, 'b.mp4'), 1, 1);
    await receive('c.mp4');
    expect(entries()).to.deep.equal(['a.mp4', 'c.mp4']);
  });

  it('are refused before they come where those that cameras play leave no room', async () => {
    await receive('a.mp4');
    await receive('b.mp4');
    played = ['a.mp4', 'b.mp4'];
    expect(await codeOf(videos.holds('c.mp4', CONTENT.length))).to.equal('storage-full');
    expect(await codeOf(receive('c.mp4'))).to.equal('storage-full');
    expect(entries()).to.deep.equal(['a.mp4', 'b.mp4']);
  });

  it('leave the reserve of the disk free', async () => {
    await videos.close();
    videos = open({ reserveBytes: 1000, freeBytes: async () => CONTENT.length + 999 });
    expect(await codeOf(receive('a.mp4'))).to.equal('storage-full');
  });

  it('go when they are released, unless a camera plays them', async () => {
    await receive('a.mp4');
    played = ['a.mp4'];
    await videos.release('a.mp4');
    expect(entries()).to.deep.equal(['a.mp4']);
    played = [];
    await videos.release('a.mp4');
    await videos.release('a.mp4');
    expect(entries()).to.deep.equal([]);
  });

  it('go when no camera plays them and no gateway asks for them', async () => {
    await videos.close();
    videos = open({ everyMs: 5, keepMs: 60_000 });
    await videos.start();
    for (const name of ['played.mp4', 'asked.mp4', 'old.mp4']) {
      await receive(name, CONTENT).catch(() => {});
      played = ['played.mp4'];
      if (existsSync(join(folder, name))) utimesSync(join(folder, name), 1, 1);
      if (name === 'asked.mp4') await videos.holds(name);
    }
    await waitFor(() => !entries().includes('old.mp4'));
    expect(entries()).to.include('played.mp4');
  });

  it('stay across a restart, without what was still arriving', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'film.mp4'), CONTENT);
    writeFileSync(join(folder, '.1234.incoming'), 'half');
    await videos.start();
    expect(entries()).to.deep.equal(['film.mp4']);
  });

  it('have names that lead nowhere else', async () => {
    for (const name of ['', '.', '..', '../a', 'a/b', '.hidden', 'a b'])
      expect(await codeOf(videos.holds(name)), name).to.equal('invalid-field');
    expect(videos.pathOf('../../etc/passwd')).to.equal(join(folder, 'passwd'));
  });
});
