import { expect } from 'chai';
import { getJson, postJson } from '../../support/http.ts';
import { nock, useNock } from '../../support/nock.ts';
import { cloudApi, KEY, MoondreamHarness } from './harness.ts';

const IMAGE = 'data:image/jpeg;base64,/9j/4AAQ';

describe('Questions with a picture of their own', () => {
  useNock();

  let harness: MoondreamHarness;

  before(() => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
  });
  afterEach(async () => {
    await harness.close();
  });

  const open = async (options: Parameters<typeof MoondreamHarness.open>[0] = {}): Promise<void> => {
    harness = await MoondreamHarness.open(options);
  };
  const ask = (body: object = { image_url: IMAGE, question: 'Who?' }, skill = 'query') =>
    postJson(`${harness.api}/${skill}`, body);

  for (const [skill, body, answer] of [
    [
      'query',
      { question: 'Who?', reasoning: true },
      { request_id: 'r1', answer: 'A cat', reasoning: { text: 'fur' } },
    ],
    [
      'caption',
      { length: 'short' },
      { caption: 'A cat', metrics: { input_tokens: 735 }, finish_reason: 'stop' },
    ],
    [
      'detect',
      { object: 'cat' },
      { request_id: 'r2', objects: [{ x_min: 0.1, y_min: 0, x_max: 0.5, y_max: 1 }] },
    ],
    ['point', { object: 'cat' }, { request_id: 'r3', points: [{ x: 0.25, y: 0.5 }] }],
    ['segment', { object: 'cat', spatial_refs: [[0.5, 0.5]] }, { path: 'M0 0L1 1Z', bbox: { x_min: 0 } }],
  ] as const) {
    it(`passes ${skill} on to the cloud and its answer back, field by field`, async () => {
      await open();
      const cloud = cloudApi({ reqheaders: { 'x-moondream-auth': KEY } })
        .post(`/v1/${skill}`, { image_url: IMAGE, ...body, settings: { max_tokens: 20 } })
        .reply(200, answer);
      const { status, body: given } = await ask(
        { image_url: IMAGE, ...body, settings: { max_tokens: 20 } },
        skill,
      );
      expect([status, given]).to.deep.equal([200, answer]);
      expect(cloud.isDone()).to.equal(true);
    });
  }

  it('refuses a field that it does not know: a misspelt cameraId would be answered without a picture', async () => {
    await open();
    const { status, body } = await ask({ camera: '1', question: 'Who?' });
    expect([status, body.code, body.field]).to.deep.equal([400, 'unknown-field', 'camera']);
  });

  it("passes what OpenAI's clients ask on to the cloud and its answer back, field by field", async () => {
    await open();
    const question = {
      model: 'moondream-3',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Who?' }] }],
    };
    const answer = { id: 'c1', choices: [{ index: 0, message: { role: 'assistant', content: 'A cat' } }] };
    const cloud = cloudApi({ reqheaders: { 'x-moondream-auth': KEY } })
      .post('/v1/chat/completions', question)
      .reply(200, answer);
    const { status, body } = await ask(question, 'chat/completions');
    expect([status, body]).to.deep.equal([200, answer]);
    expect(cloud.isDone()).to.equal(true);
    expect((await ask({ messages: [] }, 'chat/completions')).body).to.include({ code: 'invalid-field' });
  });

  it('asks a server of one’s own without any key', async () => {
    await open({ apiUrl: 'http://moondream.example:2020/v1', apiKey: undefined });
    const station = nock('http://moondream.example:2020', { badheaders: ['x-moondream-auth'] })
      .replyContentLength()
      .post('/v1/query')
      .reply(200, { answer: 'Yes', _stats: { tokens: 1, duration: 0.4, tokens_per_sec: 2.5 } });
    expect((await ask()).body).to.deep.equal({
      answer: 'Yes',
      _stats: { tokens: 1, duration: 0.4, tokens_per_sec: 2.5 },
    });
    expect(station.isDone()).to.equal(true);
  });

  it('sends nothing anywhere without a key or a server', async () => {
    await open({ apiKey: undefined });
    const cloud = cloudApi().post('/v1/query').reply(200, {});
    const { status, body, headers } = await ask();
    expect([status, body.code]).to.deep.equal([503, 'moondream-not-configured']);
    expect(body.hint).to.include('MOONDREAM_API_KEY');
    expect(headers.get('content-type')).to.include('application/problem+json');
    expect(cloud.isDone()).to.equal(false);
  });

  it('names the model of the settings unless the request names one', async () => {
    await open({ model: 'moondream3' });
    const seen: unknown[] = [];
    const model = (body: { model: string }) => seen.push(body.model) > 0;
    cloudApi().post('/v1/query', model).times(2).reply(200, { answer: '' });
    await ask();
    await ask({ image_url: IMAGE, question: 'Who?', model: 'mine/7@2' });
    expect(seen).to.deep.equal(['moondream3', 'mine/7@2']);
  });

  for (const [name, reply, expected] of [
    ['a refused key', [401, { error: { message: `Bad key ${KEY}` } }], [502, 'moondream-unauthorized', null]],
    ['a forbidden one', [403, 'no'], [502, 'moondream-unauthorized', null]],
    ['too many requests', [429, {}, { 'Retry-After': '7' }], [429, 'moondream-rate-limited', '7']],
    ['a request at fault', [400, { error: { message: 'no image' } }], [400, 'moondream-bad-request', null]],
    ['FastAPI’s way to say so', [422, { detail: [{ loc: ['body'] }] }], [400, 'moondream-bad-request', null]],
    ['a crash', [500, '<html>oops'], [502, 'moondream-failed', null]],
    ['a redirect', [302, '', { Location: 'http://127.0.0.1:9/' }], [502, 'moondream-failed', null]],
    [
      'an error within a 200',
      [200, { error: 'Function segment not available' }],
      [502, 'moondream-failed', null],
    ],
    [
      'a full queue within a 200',
      [200, { error: 'Queue is full', status: 'rejected' }],
      [503, 'moondream-busy', '1'],
    ],
    [
      'a time-out within a 200',
      [200, { error: 'Request timeout', status: 'timeout' }],
      [504, 'moondream-timeout', null],
    ],
    ['what is not JSON', [200, 'hello'], [502, 'moondream-failed', null]],
    ['what is JSON but no object', [200, '[1]'], [502, 'moondream-failed', null]],
  ] as const) {
    it(`reports ${name} in our words, never as a failed login, never with the key`, async () => {
      await open();
      cloudApi()
        .post('/v1/query')
        .reply(...(reply as unknown as [number]));
      const { status, body, headers } = await ask();
      expect([status, body.code, headers.get('retry-after')]).to.deep.equal(expected);
      expect(JSON.stringify(body) + harness.lines.join()).to.not.include(KEY);
    });
  }

  it('hands over what Moondream says of a request that is at fault', async () => {
    await open();
    cloudApi()
      .post('/v1/query')
      .reply(400, { error: { message: 'image_url is not an image', type: 'x' } });
    expect((await ask()).body.error).to.equal('Moondream refuses the request: image_url is not an image');
  });

  it('asks once more when the first request did not get through, and only once', async () => {
    await open();
    cloudApi()
      .post('/v1/query')
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    cloudApi().post('/v1/query').reply(200, { answer: 'Yes' });
    expect((await ask()).body).to.deep.equal({ answer: 'Yes' });
    cloudApi().post('/v1/query').times(2).reply(503);
    const never = cloudApi().post('/v1/query').reply(200, {});
    expect((await ask()).body.code).to.equal('moondream-failed');
    expect(never.isDone()).to.equal(false);
  });

  it('does not ask again what Moondream may have answered already', async () => {
    await open();
    cloudApi().post('/v1/query').reply(500);
    const never = cloudApi().post('/v1/query').reply(200, {});
    expect((await ask()).status).to.equal(502);
    expect(never.isDone()).to.equal(false);
  });

  it('F59: fails immediately while Moondream is down, with Retry-After', async () => {
    await open();
    cloudApi().post('/v1/query').times(5).reply(500);
    for (let n = 0; n < 5; n += 1) await ask();
    const never = cloudApi().post('/v1/query').reply(200, {});
    const { status, body, headers } = await ask();
    expect([status, body.code, body.reason]).to.deep.equal([
      503,
      'moondream-unavailable',
      'moondream-failed',
    ]);
    expect(Number(headers.get('retry-after'))).to.be.within(1, 30);
    expect(never.isDone()).to.equal(false);
  });

  it('F61: takes 8 MB, refuses more, and what is no JSON object', async () => {
    await open();
    const picture = (bytes: number) => ({ image_url: `data:image/jpeg;base64,${'A'.repeat(bytes)}` });
    cloudApi().post('/v1/caption').reply(200, { caption: 'A wall' });
    expect((await ask(picture(8_300_000), 'caption')).body).to.deep.equal({ caption: 'A wall' });
    expect((await ask(picture(8_400_000), 'caption')).body.code).to.equal('body-too-large');
    expect((await ask([])).body.code).to.equal('invalid-field');
    expect((await postJson(`${harness.api}/query`, '{"question":')).body.code).to.equal('invalid-json');
    const form = await fetch(`${harness.api}/query`, {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    });
    expect(form.status).to.equal(415);
  });

  it('F61: survives a body that is nested without end', async () => {
    await open();
    cloudApi().post('/v1/query').reply(200, { answer: '' });
    const { status } = await postJson(`${harness.api}/query`, `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`);
    expect(status).to.be.oneOf([200, 400]);
  });

  it('S2: bounds what clients spend in a day', async () => {
    await open({ dailyMax: 2 });
    cloudApi().post('/v1/query').times(3).reply(200, { answer: '' });
    const statuses = [await ask(), await ask(), await ask()].map(({ status, body }) => [status, body.code]);
    expect(statuses).to.deep.equal([
      [200, undefined],
      [200, undefined],
      [429, 'moondream-budget-spent'],
    ]);
    expect((await getJson(`${harness.api}/status`)).body.today).to.deep.equal({ asked: 2, max: 2 });
  });

  it('F59: asks nothing more while Moondream wants to be left alone', async () => {
    await open();
    cloudApi().post('/v1/query').reply(429, {}, { 'Retry-After': '60' });
    await ask();
    const never = cloudApi().post('/v1/query').reply(200, {});
    const { status, headers } = await ask();
    expect(status).to.equal(429);
    expect(Number(headers.get('retry-after'))).to.be.within(50, 60);
    expect(never.isDone()).to.equal(false);
  });

  it('reports its state, but never the key', async () => {
    await open();
    const status = async () => (await getJson(`${harness.api}/status`)).body;
    expect(await status()).to.include({ configured: true, state: 'untested', server: 'api.moondream.ai' });
    cloudApi().post('/v1/query').reply(401, `key ${KEY}`);
    await ask();
    const failing = await status();
    expect(failing).to.include({ state: 'failing', lastSuccessAt: null });
    expect(failing.lastError).to.include({ code: 'moondream-unauthorized' });
    expect(JSON.stringify(failing)).to.not.include(KEY);
    cloudApi().post('/v1/query').reply(200, { answer: '' });
    await ask();
    expect(await status()).to.include({ state: 'ok', breaker: 'closed' });
  });

  it('says that nothing is configured', async () => {
    await open({ apiKey: undefined });
    const { body } = await getJson(`${harness.api}/status`);
    expect(body).to.include({ configured: false, state: 'not-configured', server: null });
  });

  it('has these five skills and no other', async () => {
    await open();
    expect((await ask({}, 'train')).body.code).to.equal('not-found');
  });
});
