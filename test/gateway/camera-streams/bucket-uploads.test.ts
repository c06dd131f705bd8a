import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Bucket } from '../../../gateway/camera-streams/bucket.ts';
import { BucketUploads } from '../../../gateway/camera-streams/bucket-uploads.ts';
import { UploadFolder } from '../../../gateway/camera-streams/upload-folder.ts';
import { createLogger } from '../../../shared/logger.ts';
import { Redactor } from '../../../shared/redact.ts';
import { freePort } from '../../support/free-port.ts';
import { getJson } from '../../support/http.ts';
import { requirePeer } from '../../support/peers.ts';
import { S3Server } from '../../support/s3-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { Harness, type HarnessOptions } from './harness.ts';

const MIB = 1024 * 1024;
const VIDEO = { cameraId: 'yard', cameraDescription: 'Back yard', streamType: 'video' };
const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));
const CLIP = { name: 'clip.mp4', bytes: BYTES };

describe('Uploads in a bucket', () => {
  let server: S3Server;
  let gateway: Harness;
  let uploads: BucketUploads;
  let dataDir: string;
  let played: string[];
  let warnings: string[];

  before(async function () {
    requirePeer(this, 'versitygw, an S3 server');
    server = await S3Server.open();
  });

  after(() => server?.close());

  const folderOf = (name: string): string => join(dataDir, name);
  const filesIn = (name: string): string[] => {
    try {
      return readdirSync(folderOf(name)).sort();
    } catch {
      return [];
    }
  };
  const openUploads = ({ repository }: Pick<Harness, 'repository'>, cacheBytes = MIB): BucketUploads => {
    const limits = { maxBytes: 64 * MIB, reserveBytes: 0 };
    uploads = new BucketUploads({
      bucket: new Bucket(server.config),
      folder: new UploadFolder({ folder: folderOf('uploads-cache'), ...limits }),
      former: new UploadFolder({ folder: folderOf('uploads'), ...limits }),
      cacheBytes,
      played: () => played,
      isStored: (name) => repository.hasVideoFile(name),
      log: createLogger({
        ...{ name: 'test', level: 'warn', redactor: new Redactor() },
        write: (line) => void warnings.push(line),
      }),
      everyMs: 20,
    });
    return uploads;
  };
  const open = async (options: HarnessOptions = {}): Promise<void> => {
    gateway = await Harness.open({ uploads: openUploads, ...options });
  };
  const upload = async (cameraId = 'yard', clip = CLIP) => {
    const answer = await gateway.upload({ ...VIDEO, cameraId }, clip);
    return { ...answer, url: answer.body.videoUrl as string };
  };

  beforeEach(async () => {
    dataDir = temporaryFolder();
    [played, warnings] = [[], []];
    await open();
  });

  afterEach(async () => {
    Object.assign(server, { isAway: false, refuses: () => false });
    for (const { cameraId } of (await getJson(`${gateway.origin}/api/camera-streams`)).body)
      await fetch(`${gateway.origin}/api/camera-streams/${cameraId}`, { method: 'DELETE' });
    expect(server.objects()).to.deep.equal([]);
    await uploads.close();
    await gateway.close();
  });

  it('stores a video there before it acknowledges, and deletes it with its stream', async () => {
    const { status, body } = await upload();
    expect(status).to.equal(201);
    expect(body.video).to.include({ width: 320 });
    expect(server.objects()).to.have.lengthOf(1);
    expect(server.objects()[0]).to.match(/^yard-\d+-clip\.mp4$/);
    await fetch(`${gateway.origin}/api/camera-streams/yard`, { method: 'DELETE' });
    expect(server.objects()).to.deep.equal([]);
    expect(filesIn('uploads-cache')).to.deep.equal([]);
  });

  it('S14: gives the whole video, as a video and as nothing else', async () => {
    const response = await fetch((await upload()).url);
    const { headers } = response;
    expect(response.status).to.equal(200);
    expect(headers.get('content-type')).to.equal('video/mp4');
    expect(headers.get('content-length')).to.equal('1000');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('content-security-policy')).to.include('sandbox');
    expect([...headers.keys()].filter((name) => name.startsWith('x-amz'))).to.deep.equal([]);
    expect(Buffer.from(await response.arrayBuffer()).equals(BYTES)).to.equal(true);
  });

  it('gives ranges, refuses those outside, and answers HEAD and conditions', async () => {
    const { url } = await upload();
    for (const [range, from, to] of [
      ['bytes=0-99', 0, 99],
      ['bytes=990-', 990, 999],
      ['bytes=-10', 990, 999],
    ] as const) {
      const response = await fetch(url, { headers: { Range: range } });
      expect(response.status).to.equal(206);
      expect(response.headers.get('content-range')).to.equal(`bytes ${from}-${to}/1000`);
      expect(Buffer.from(await response.arrayBuffer()).equals(BYTES.subarray(from, to + 1))).to.equal(true);
    }
    const outside = await fetch(url, { headers: { Range: 'bytes=5000-' } });
    expect([outside.status, ((await outside.json()) as { code: string }).code]).to.deep.equal([
      416,
      'range-not-satisfiable',
    ]);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, '1000']);
    const etag = head.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'If-None-Match': etag } })).status).to.equal(304);
  });

  it('stores a large video in parts, and gives it back as it was', async () => {
    await reopen({ maxUploadBytes: 64 * MIB });
    const bytes = Buffer.alloc(20 * MIB, BYTES);
    server.requests.length = 0;
    const { url } = await upload('yard', { name: 'long.mp4', bytes });
    expect(server.requests.filter((request) => request.includes('partNumber='))).to.have.lengthOf(3);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).to.equal(true);
    expect(server.unfinished()).to.deep.equal([]);
  });

  it('leaves neither parts nor rows of a video that the store refuses halfway', async () => {
    server.refuses = ({ url = '' }) => url.includes('partNumber=2');
    const { status, body } = await upload('yard', { name: 'long.mp4', bytes: Buffer.alloc(20 * MIB) });
    expect([status, body.code]).to.deep.equal([503, 'upload-store-unavailable']);
    expect(body.error).to.include('refuses the request (403)');
    expect((await getJson(`${gateway.origin}/api/camera-streams`)).body).to.deep.equal([]);
    expect(server.unfinished()).to.deep.equal([]);
    expect(filesIn('uploads-cache')).to.deep.equal([]);
  });

  it('says that the store is away, loses nothing, and goes on when it is back', async () => {
    const { url } = await upload();
    server.isAway = true;
    const refused = await upload('other');
    expect([refused.status, refused.body.code]).to.deep.equal([503, 'upload-store-unavailable']);
    expect(refused.headers.get('retry-after')).to.equal('10');
    expect(JSON.stringify(refused.body)).not.to.include(server.config.secretAccessKey);
    expect(filesIn('uploads-cache').filter((name) => name.startsWith('.'))).to.deep.equal([]);
    expect((await fetch(url)).status).to.equal(503);
    const kept = await fetch(`${gateway.origin}/api/camera-streams/yard`, { method: 'DELETE' });
    expect(kept.status).to.equal(503);
    server.isAway = false;
    expect((await fetch(url)).status).to.equal(200);
    expect((await upload('other')).status).to.equal(201);
  });

  it('deletes from the bucket what makes room for newer videos', async () => {
    await reopen({ quotaBytes: 2500 });
    await upload('a');
    await upload('b');
    expect((await upload('c')).status).to.equal(201);
    expect(server.objects().map((name) => name.split('-')[0])).to.deep.equal(['b', 'c']);
  });

  it('fetches the videos that cameras play and keeps no more copies than allowed', async () => {
    const names: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      await upload(id);
      names.push((await gateway.repository.find(id))?.videoFile ?? '');
    }
    await uploads.close();
    dataDir = temporaryFolder();
    const copies = openUploads(gateway, 2500);
    played = [copies.pathOf(names[0] as string)];
    copies.start();
    await waitFor(() => filesIn('uploads-cache').includes(names[0] as string), { message: 'the copy' });
    played = names.slice(1).map((name) => copies.pathOf(name));
    await waitFor(() => filesIn('uploads-cache').join() === names.slice(1).join(), { message: 'the others' });
    played = names.map((name) => copies.pathOf(name));
    await waitFor(() => warnings.length > 0, { message: 'a warning' });
    expect(warnings.join()).to.include('exceed UPLOADS_CACHE_MB');
    expect(filesIn('uploads-cache')).to.deep.equal(names.slice(1));
  });

  it('moves the videos of before to the bucket, and serves them meanwhile', async () => {
    const videoFile = 'yard-1-clip.mp4';
    mkdirSync(folderOf('uploads'));
    writeFileSync(join(folderOf('uploads'), videoFile), BYTES);
    const row = { cameraId: 'yard', description: null, rtspUrl: null, videoRemovedAt: null, createdAt: 1 };
    const { store, repository, origin } = gateway;
    await store.transaction((trx) => repository.insert(trx, { ...row, videoFile, videoBytes: 1000 }));
    const status = async (): Promise<number> =>
      (await fetch(`${origin}/api/camera-streams/yard/video`)).status;
    server.refuses = ({ method }) => method === 'PUT';
    await waitFor(() => warnings.length > 0, { message: 'a warning' });
    expect([await status(), filesIn('uploads')]).to.deep.equal([200, [videoFile]]);
    server.refuses = () => false;
    await waitFor(() => filesIn('uploads').length === 0, { message: 'the folder to be empty' });
    expect([await status(), server.objects()]).to.deep.equal([200, [videoFile]]);
  });

  it('clears away what a crash left, in the bucket too', async () => {
    const bucket = new Bucket(server.config);
    const cache = folderOf('uploads-cache');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, '.yard-1-clip.mp4.part'), BYTES);
    await bucket.put('yard-1-clip.mp4', join(cache, '.yard-1-clip.mp4.part'));
    expect(server.objects()).to.deep.equal(['yard-1-clip.mp4']);
    await uploads.sweep(await uploads.leftovers(), async () => false);
    expect(server.objects()).to.deep.equal([]);
    expect(filesIn('uploads-cache')).to.deep.equal([]);
  });

  it('names what is wrong with the settings', async () => {
    const closed = await freePort();
    for (const [change, said] of [
      [{ secretAccessKey: 'wrong' }, 'refuses the request (403'],
      [{ url: `${server.endpoint}/none` }, 'refuses the request (404 NoSuchBucket)'],
      [{ url: `http://127.0.0.1:${closed}/videos` }, 'does not answer (ECONNREFUSED)'],
    ] as const) {
      const bucket = new Bucket({ ...server.config, ...change });
      const answer = await bucket.get('x', {}, new AbortController().signal).catch((error: Error) => error);
      expect((answer as Error).message).to.include(said);
    }
  });

  async function reopen(options: HarnessOptions): Promise<void> {
    await gateway.close();
    await uploads.close();
    await open(options);
  }
});
