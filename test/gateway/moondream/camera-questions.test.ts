import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { refuseWith } from '../../doubles/worker-double.ts';
import { postJson } from '../../support/http.ts';
import { waitFor } from '../../support/wait-for.ts';
import { frameAnswer, jpegOf, json, LocalMoondream, MoondreamHarness } from './harness.ts';

const TAKEN = 1_790_000_000.25;

describe('Questions to a camera', () => {
  let local: LocalMoondream;
  let harness: MoondreamHarness;
  let sequence: number;

  beforeEach(async () => {
    local = await LocalMoondream.open();
    await openWith({});
  });
  afterEach(async () => {
    await harness.close();
    local.close();
  });

  async function openWith(options: Parameters<typeof MoondreamHarness.open>[0]): Promise<void> {
    harness = await MoondreamHarness.open({ apiUrl: local.url, apiKey: undefined, ...options });
    sequence = 0;
    // A camera that moves: every look shows another picture.
    harness.frame = (request, response) => {
      sequence += 1;
      frameAnswer({ sequence, timestamp: TAKEN }, jpegOf(1280, 720, sequence))(request, response);
    };
  }

  const ask = (body: object = {}, skill = 'query') =>
    postJson(`${harness.api}/${skill}`, { cameraId: '1', question: 'Is the gate open?', ...body });

  it('show Moondream the newest frame and tell which one it was', async () => {
    const { status, body, headers } = await ask({ reasoning: true });
    expect(status).to.equal(200);
    const { url, ...facts } = body.frame;
    expect(body.answer).to.equal('Yes');
    expect(facts).to.deep.equal({
      cameraId: '1',
      sequence: 1,
      timestamp: TAKEN,
      ageMs: 40,
      width: 1280,
      height: 720,
    });
    expect(headers.get('x-frame-timestamp')).to.equal(String(TAKEN));
    const { path, body: sent } = local.requests[0] as (typeof local.requests)[0];
    const image_url = `data:image/jpeg;base64,${jpegOf(1280, 720, 1).toString('base64')}`;
    expect([path, sent]).to.deep.equal([
      '/v1/query',
      { question: 'Is the gate open?', reasoning: true, image_url },
    ]);
    const { url: asked } = harness.worker.requests[0] as { url: string };
    expect(Object.fromEntries(new URL(asked, 'http://worker').searchParams)).to.deep.equal({
      width: '1280',
      maxAgeMs: '3000',
    });
    const picture = await fetch(url);
    expect(picture.headers.get('content-type')).to.equal('image/jpeg');
    expect(picture.headers.get('x-frame-sequence')).to.equal('1');
    expect(Buffer.from(await picture.arrayBuffer()).equals(jpegOf(1280, 720, 1))).to.equal(true);
  });

  it('know no picture under a guessed link', async () => {
    const response = await fetch(`${harness.api}/frames/AAAAAAAAAAAAAAAAAAAAAA`);
    expect(response.status).to.equal(404);
  });

  it('take a camera id that is a number', async () => {
    expect((await ask({ cameraId: 1 })).body.frame.cameraId).to.equal('1');
  });

  it('send an upright picture no taller than the longest side', async () => {
    harness.frame = (request, response) => {
      const width = Number(new URL(request.url as string, 'http://worker').searchParams.get('width'));
      frameAnswer({ sequence: 1 }, jpegOf(width, Math.floor((width * 16) / 9)))(request, response);
    };
    const { width, height } = (await ask()).body.frame;
    expect(height).to.be.within(1270, 1280);
    expect(width).to.be.within(714, 720);
  });

  it('pass on what is wrong with the camera, and ask Moondream nothing', async () => {
    expect((await ask({ cameraId: '2' })).body.code).to.equal('camera-not-found');
    for (const [status, code] of [
      [404, 'no-frame-yet'],
      [503, 'stale-frame'],
    ] as const) {
      harness.frame = refuseWith(status, { code, error: 'The newest frame is 9000 ms old' });
      const given = await ask();
      expect([given.status, given.body.code]).to.deep.equal([status, code]);
    }
    harness.frame = (_request, response) =>
      response.writeHead(200, { 'X-Frame-Sequence': '1' }).end('no JPEG');
    expect((await ask()).body.code).to.equal('worker-failed');
    expect(local.requests).to.deep.equal([]);
  });

  it('take either a camera or a picture', async () => {
    const { status, body } = await ask({ image_url: 'data:image/jpeg;base64,AAAA' });
    expect([status, body.code, body.field]).to.deep.equal([400, 'invalid-field', 'image_url']);
  });

  it('are answered from memory while the picture has not changed', async () => {
    harness.frame = frameAnswer({ sequence: 5 }, jpegOf(640, 360));
    const first = await ask();
    const second = await ask();
    expect(second.body.answer).to.equal(first.body.answer);
    expect(second.body.frame.url).to.equal(first.body.frame.url);
    expect([first, second].map(({ headers }) => headers.get('x-answer-cache'))).to.deep.equal([
      'miss',
      'hit',
    ]);
    await ask({ question: 'Is it raining?' });
    await ask({ question: undefined }, 'caption');
    harness.frame = frameAnswer({ sequence: 6 }, jpegOf(640, 360));
    await ask();
    expect(local.requests).to.have.length(4);
  });

  it('are never answered with an error from memory', async () => {
    harness.frame = frameAnswer({ sequence: 5 }, jpegOf(640, 360));
    local.answer = (response) => json(response, 200, { error: 'CUDA out of memory' });
    expect((await ask()).status).to.equal(502);
    local.answer = (response) => json(response, 200, { answer: 'No' });
    expect((await ask()).body.answer).to.equal('No');
  });

  it('are asked one at a time, and of those that wait the newest is answered', async () => {
    const held: ServerResponse[] = [];
    local.answer = (response) => void held.push(response);
    const first = ask();
    await waitFor(() => held.length === 1);
    const second = ask();
    const other = ask({ question: 'Is it raining?' });
    await waitFor(() => held.length === 2, { message: 'another question, which need not wait' });
    const third = ask();
    expect((await second).body).to.include({ status: 409, code: 'question-superseded' });
    for (const response of held) json(response, 200, { answer: 'Yes' });
    await waitFor(() => held.length === 3, { message: 'the newest question to be asked' });
    json(held[2] as ServerResponse, 200, { answer: 'No' });
    expect((await first).body.answer).to.equal('Yes');
    expect((await other).body.answer).to.equal('Yes');
    const { body } = await third;
    expect(body.answer).to.equal('No');
    expect(body.frame.sequence, 'a frame taken when its turn came').to.equal(3);
  });

  it('are about the newest frame also when they had to wait for their turn at Moondream', async () => {
    await harness.close();
    await openWith({ ratePerSecond: 1 });
    const both = await Promise.all([ask(), ask({ question: 'Is it raining?' })]);
    const sequences = both.map(({ body }) => body.frame.sequence);
    expect(Math.max(...sequences), 'one look when it was asked, one when its turn came').to.equal(3);
    expect(local.requests[1]?.body.image_url).to.include(jpegOf(1280, 720, 3).toString('base64'));
  });

  it('let the next one in when the caller has gone', async () => {
    local.answer = () => {};
    const gone = new AbortController();
    const asked = fetch(`${harness.api}/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ cameraId: '1', question: 'Is the gate open?' }),
      signal: gone.signal,
    }).catch(() => {});
    await waitFor(() => local.requests.length === 1);
    local.answer = (response) => json(response, 200, { answer: 'No' });
    gone.abort();
    await asked;
    expect((await ask()).body.answer).to.equal('No');
  });

  it('cost nothing that is counted when the camera has no picture or the answer was known', async () => {
    await harness.close();
    await openWith({ dailyMax: 1 });
    harness.frame = refuseWith(404, { code: 'no-frame-yet', error: 'No frame yet' });
    await ask();
    harness.frame = frameAnswer({ sequence: 5 }, jpegOf(640, 360));
    expect([(await ask()).status, (await ask()).status]).to.deep.equal([200, 200]);
    expect((await ask({ question: 'Is it raining?' })).body.code).to.equal('moondream-budget-spent');
  });
});
