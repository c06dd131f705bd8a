import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { getJson, postJson } from '../../support/http.ts';
import { FACTS, Harness } from './harness.ts';

const RTSP = {
  cameraId: 'door',
  cameraDescription: 'Front door',
  streamType: 'rtsp',
  rtspUrl: 'rtsp://admin:S3cr3tC4nary@192.0.2.7:554/1',
};
const VIDEO = { cameraId: 'yard', cameraDescription: 'Back yard', streamType: 'video' };
const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
const CLIP = { name: 'clip.mp4', bytes: BYTES };

describe('/api/camera-streams', () => {
  let gateway: Harness;
  let url: string;

  beforeEach(async () => {
    gateway = await Harness.open();
    url = `${gateway.origin}/api/camera-streams`;
  });

  afterEach(() => gateway.close());

  describe('POST of an RTSP stream', () => {
    it('stores it together with its delivery and wakes the sender', async () => {
      const { status, headers, body } = await postJson(url, RTSP);
      expect(status).to.equal(201);
      expect(headers.get('location')).to.equal('/api/camera-streams/door');
      expect(body).to.include({ success: true, cameraId: 'door', streamType: 'rtsp', videoUrl: null });
      expect(gateway.outbox.payloads).to.deep.equal([
        {
          camera_id: 'door',
          camera_description: 'Front door',
          stream_type: 'rtsp',
          rtsp_url: RTSP.rtspUrl,
          video_url: null,
        },
      ]);
      expect(gateway.wakes).to.equal(1);
    });

    it('sends the backend null without a description', async () => {
      for (const [cameraId, cameraDescription] of [
        ['1', undefined],
        ['2', null],
        ['3', '  '],
      ]) {
        expect((await postJson(url, { ...RTSP, cameraId, cameraDescription })).status).to.equal(201);
      }
      expect(gateway.outbox.payloads.map((payload) => payload.camera_description)).to.deep.equal([
        null,
        null,
        null,
      ]);
    });

    it('takes a number for an id, as the older app sends it', async () => {
      expect((await postJson(url, { ...RTSP, cameraId: 7 })).body.cameraId).to.equal('7');
    });

    it('S9: shows a password in no answer and no log line, whether in front of the host or in the path', async () => {
      const rtspUrl = 'rtsp://a:S3cr3tC4nary@192.0.2.7/user=a&password=S3cr3tP4th&channel=1';
      const stored = await postJson(url, { ...RTSP, rtspUrl });
      const answers = [stored.body, (await getJson(url)).body, (await getJson(`${url}/door`)).body];
      expect(stored.body.rtspUrl).to.equal('rtsp://a:***@192.0.2.7:554/user=a&password=***&channel=1');
      expect(JSON.stringify(answers) + gateway.lines.join()).to.not.match(/S3cr3t/);
    });

    it('keeps the address sealed on the disk', async () => {
      await postJson(url, RTSP);
      const row = await gateway.store.db.selectFrom('camera_streams').selectAll().executeTakeFirstOrThrow();
      expect(JSON.stringify(row)).to.not.match(/S3cr3t|192\.0\.2\.7/);
    });

    it('refuses a camera that has a stream, and sends the backend nothing', async () => {
      await postJson(url, RTSP);
      const { status, body } = await postJson(url, { ...RTSP, rtspUrl: 'rtsp://192.0.2.8/' });
      expect([status, body.code, body.field]).to.deep.equal([409, 'camera-stream-exists', 'cameraId']);
      expect(gateway.outbox.payloads).to.have.lengthOf(1);
    });

    it('stores one of many that come at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => postJson(url, RTSP)));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).to.deep.equal([201, ...Array(7).fill(409)]);
      expect((await getJson(url)).body).to.have.lengthOf(1);
    });

    it('stores nothing when the delivery cannot be stored', async () => {
      gateway.outbox.failure = new AppError('storage-full', 'full');
      expect((await postJson(url, RTSP)).status).to.equal(507);
      expect((await getJson(url)).body).to.deep.equal([]);
      expect(gateway.wakes).to.equal(0);
    });

    for (const [name, change, code, field] of [
      ['no camera id', { cameraId: undefined }, 'missing-field', 'cameraId'],
      ['no type', { streamType: undefined }, 'missing-field', 'streamType'],
      ['no address', { rtspUrl: '' }, 'missing-field', 'rtspUrl'],
      ['an id with a slash', { cameraId: '../x' }, 'invalid-field', 'cameraId'],
      ['an id that is a route', { cameraId: 'status' }, 'invalid-field', 'cameraId'],
      ['an address of another protocol', { rtspUrl: 'http://192.0.2.7/' }, 'invalid-field', 'rtspUrl'],
      ['an address that is none', { rtspUrl: 'x' }, 'invalid-field', 'rtspUrl'],
      ['an address too long', { rtspUrl: `rtsp://h/${'x'.repeat(3000)}` }, 'invalid-field', 'rtspUrl'],
      ['a type that is uploaded', { streamType: 'video' }, 'invalid-field', 'streamType'],
      ['a description of another type', { cameraDescription: {} }, 'invalid-field', 'cameraDescription'],
    ] as const) {
      it(`refuses ${name}, naming the field`, async () => {
        const { status, body } = await postJson(url, { ...RTSP, ...change });
        expect([status, body.code, body.field]).to.deep.equal([400, code, field]);
      });
    }

    it('refuses bodies that are no JSON objects and types it does not know', async () => {
      expect((await postJson(url, '{')).body.code).to.equal('invalid-json');
      for (const body of ['[]', 'null', '"text"', '{}'])
        expect((await postJson(url, body)).status).to.equal(400);
      const plain = await fetch(url, { method: 'POST', body: 'text' });
      expect([plain.status, ((await plain.json()) as { code: string }).code]).to.deep.equal([
        415,
        'unsupported-media-type',
      ]);
    });
  });

  describe('POST of a video', () => {
    it('stores the file under its id, time and name, and sends the backend its address', async () => {
      const { status, body } = await gateway.upload(VIDEO, CLIP);
      const videoUrl = `${gateway.origin}/api/camera-streams/yard/video`;
      expect(status).to.equal(201);
      expect(body).to.deep.include({
        success: true,
        cameraId: 'yard',
        videoUrl,
        videoBytes: 1000,
        videoRemovedAt: null,
        rtspUrl: null,
      });
      expect(body.video).to.deep.equal(FACTS);
      expect(gateway.files()).to.have.lengthOf(1);
      const [file = ''] = gateway.files();
      expect(file).to.match(/^yard-\d{13}-clip\.mp4$/);
      expect(readFileSync(join(gateway.folder, file)).equals(BYTES)).to.equal(true);
      expect(gateway.outbox.payloads).to.deep.equal([
        {
          camera_id: 'yard',
          camera_description: 'Back yard',
          stream_type: 'video',
          rtsp_url: null,
          video_url: videoUrl,
        },
      ]);
    });

    it('takes the file under any field name, in front of the fields or behind them', async () => {
      const form = new FormData();
      form.append('anything', new Blob([BYTES]), 'a.mp4');
      for (const [name, value] of Object.entries(VIDEO)) form.append(name, value);
      expect((await fetch(url, { method: 'POST', body: form })).status).to.equal(201);
      const behind = await gateway.upload({ ...VIDEO, cameraId: '2' }, { ...CLIP, field: 'file' });
      expect(behind.status).to.equal(201);
    });

    it('makes the address from what this client used', async () => {
      const form = new FormData();
      for (const [name, value] of Object.entries(VIDEO)) form.append(name, value);
      form.append('video', new Blob([BYTES]), 'a.mp4');
      const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'cams.example' };
      const response = await fetch(url, { method: 'POST', body: form, headers });
      expect(((await response.json()) as { videoUrl: string }).videoUrl).to.equal(
        'https://cams.example/api/camera-streams/yard/video',
      );
    });

    it('asks a worker about the file before it is visible', async () => {
      await gateway.upload(VIDEO, CLIP);
      const [asked] = gateway.worker.seen('POST', '/internal/probe');
      expect(JSON.parse(asked?.body ?? '').file).to.match(/\/\.[0-9a-f-]+\.incoming$/);
    });

    it('S14: refuses what is no video, and keeps nothing of it', async () => {
      gateway.refuseVideos();
      const { status, body } = await gateway.upload(VIDEO, {
        name: 'clip.mp4',
        bytes: Buffer.from('#EXTM3U'),
      });
      expect([status, body.code]).to.deep.equal([415, 'not-a-video']);
      expect(body.hint).to.be.a('string');
      expect([gateway.files(), gateway.outbox.payloads]).to.deep.equal([[], []]);
    });

    it('keeps nothing and sends Retry-After while no worker is ready', async () => {
      gateway.isWorkerReady = false;
      const { status, headers, body } = await gateway.upload(VIDEO, CLIP);
      expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'worker-not-ready', '1']);
      expect(gateway.files()).to.deep.equal([]);
    });

    it('keeps nothing when the worker dies over the file', async () => {
      gateway.answerProbe((request) => request.socket.destroy());
      const { status, headers } = await gateway.upload(VIDEO, CLIP);
      expect([status, headers.has('retry-after')]).to.deep.equal([502, true]);
      expect(gateway.files()).to.deep.equal([]);
    });

    it('keeps nothing when the row cannot be stored', async () => {
      gateway.outbox.failure = new AppError('storage-full', 'full');
      expect((await gateway.upload(VIDEO, CLIP)).status).to.equal(507);
      expect(gateway.files()).to.deep.equal([]);
    });

    it('refuses a camera that has a stream, and keeps its first file only', async () => {
      await gateway.upload(VIDEO, CLIP);
      const before = gateway.files();
      const { status, body } = await gateway.upload(VIDEO, { ...CLIP, name: 'other.mp4' });
      expect([status, body.code]).to.deep.equal([409, 'camera-stream-exists']);
      expect(gateway.files()).to.deep.equal(before);
    });

    for (const [name, fields, code, field] of [
      ['no camera id', { cameraId: undefined }, 'missing-field', 'cameraId'],
      ['a bad camera id', { cameraId: '../../x' }, 'invalid-field', 'cameraId'],
      ['no type', { streamType: undefined }, 'missing-field', 'streamType'],
      ['a type that is no upload', { streamType: 'rtsp' }, 'invalid-field', 'streamType'],
    ] as const) {
      it(`refuses ${name}, and keeps nothing`, async () => {
        const { status, body } = await gateway.upload({ ...VIDEO, ...fields }, CLIP);
        expect([status, body.code, body.field]).to.deep.equal([400, code, field]);
        expect(gateway.files()).to.deep.equal([]);
      });
    }

    it('misses the file of a form without one, and takes an RTSP stream as a form too', async () => {
      expect((await gateway.upload(VIDEO)).body).to.include({ code: 'missing-field', field: 'file' });
      expect((await gateway.upload({ ...RTSP })).status).to.equal(201);
      expect(gateway.outbox.payloads[0]?.rtsp_url).to.equal(RTSP.rtspUrl);
    });
  });

  describe('GET and DELETE', () => {
    it('lists the oldest first, and gives one', async () => {
      await postJson(url, RTSP);
      await gateway.upload(VIDEO, CLIP);
      const { status, body } = await getJson(url);
      expect(status).to.equal(200);
      expect(body.map((stream: { cameraId: string }) => stream.cameraId)).to.have.members(['door', 'yard']);
      const one = await getJson(`${url}/yard`);
      expect(one.body).to.deep.equal(body.find((stream: { cameraId: string }) => stream.cameraId === 'yard'));
      expect(one.body).to.include({ streamType: 'video', cameraDescription: 'Back yard', videoBytes: 1000 });
      expect(Date.parse(one.body.createdAt)).to.be.closeTo(Date.now(), 60_000);
    });

    it('deletes row and file, and the id is free again', async () => {
      await gateway.upload(VIDEO, CLIP);
      expect((await fetch(`${url}/yard`, { method: 'DELETE' })).status).to.equal(204);
      expect(gateway.files()).to.deep.equal([]);
      expect((await getJson(`${url}/yard`)).body.code).to.equal('camera-stream-not-found');
      expect((await gateway.upload(VIDEO, CLIP)).status).to.equal(201);
    });

    it('deletes a stream whose file is gone already', async () => {
      await gateway.upload(VIDEO, CLIP);
      unlinkSync(join(gateway.folder, gateway.files()[0] as string));
      expect((await fetch(`${url}/yard`, { method: 'DELETE' })).status).to.equal(204);
      expect((await getJson(url)).body).to.deep.equal([]);
    });

    it('S15: answers 404 for what is not there', async () => {
      for (const path of ['/none', '/none/video', '/..%2f..%2fetc%2fpasswd/video', '/%2e%2e/video']) {
        expect((await getJson(url + path)).status, path).to.equal(404);
      }
      expect((await fetch(`${url}/none`, { method: 'DELETE' })).status).to.equal(404);
    });
  });

  describe('GET of the video', () => {
    let video: string;

    beforeEach(async () => {
      video = (await gateway.upload(VIDEO, CLIP)).body.videoUrl;
    });

    const range = (value: string) => fetch(video, { headers: { Range: value } });

    it('S14: gives the whole file, as a video and as nothing else', async () => {
      const response = await fetch(video);
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('video/mp4');
      expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
      expect(response.headers.get('accept-ranges')).to.equal('bytes');
      expect(response.headers.get('content-disposition')).to.match(/^inline; filename="yard-\d+-clip\.mp4"$/);
      expect(Buffer.from(await response.arrayBuffer()).equals(BYTES)).to.equal(true);
    });

    for (const [value, from, to] of [
      ['bytes=0-99', 0, 99],
      ['bytes=990-', 990, 999],
      ['bytes=-10', 990, 999],
      ['bytes=500-100000', 500, 999],
    ] as const) {
      it(`gives the range ${value}`, async () => {
        const response = await range(value);
        expect(response.status).to.equal(206);
        expect(response.headers.get('content-range')).to.equal(`bytes ${from}-${to}/1000`);
        const bytes = Buffer.from(await response.arrayBuffer());
        expect(bytes.equals(BYTES.subarray(from, to + 1))).to.equal(true);
      });
    }

    it('refuses a range behind the end, telling the length', async () => {
      const response = await range('bytes=5000-');
      expect(response.status).to.equal(416);
      expect(response.headers.get('content-range')).to.equal('bytes */1000');
      expect(((await response.json()) as { code: string }).code).to.equal('range-not-satisfiable');
    });

    it('answers HEAD, and 304 for what a client has', async () => {
      const head = await fetch(video, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, '1000']);
      // fetch alone would ask for no answer out of a cache.
      const headers = { 'If-None-Match': head.headers.get('etag') ?? '', 'Cache-Control': 'max-age=0' };
      const again = await fetch(video, { headers });
      expect(again.status).to.equal(304);
    });

    it('S14, S16: lets a browser only save what does not end like a video', async () => {
      const html = await gateway.upload({ ...VIDEO, cameraId: 'page' }, { ...CLIP, name: 'page.html' });
      const response = await fetch(html.body.videoUrl);
      expect(response.headers.get('content-type')).to.equal('application/octet-stream');
      expect(response.headers.get('content-security-policy')).to.match(/sandbox/);
      await response.arrayBuffer();
    });

    it('is missing for an RTSP stream, and for a file that is gone', async () => {
      await postJson(url, RTSP);
      expect((await getJson(`${url}/door/video`)).body.code).to.equal('camera-stream-not-found');
      unlinkSync(join(gateway.folder, gateway.files()[0] as string));
      const gone = await getJson(video);
      expect([gone.status, gone.body.code]).to.deep.equal([404, 'camera-stream-not-found']);
      expect(gone.headers.get('content-type')).to.match(/problem\+json/);
    });
  });
});
