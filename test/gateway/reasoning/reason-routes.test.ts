import { expect } from 'chai';
import type { Store } from '../../../gateway/store/store.ts';
import { ModelServerDouble } from '../../doubles/model-server.ts';
import { refuseWith } from '../../doubles/worker-double.ts';
import { getJson } from '../../support/http.ts';
import { openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { jpegOf, json, LocalMoondream } from '../moondream/harness.ts';
import { ReasonHarness, TAKEN } from './harness.ts';

const BOX = { x_min: 0.1, y_min: 0.2, x_max: 0.3, y_max: 0.4 };
const ANSWERS: Record<string, object> = {
  query: { answer: 'Yes, it is.' },
  caption: { caption: 'A gate.' },
  detect: { objects: [BOX] },
  point: {
    points: [
      { x: 0.5, y: 0.5 },
      { x: 0.25, y: 0.75 },
    ],
  },
};

describe('Questions to cameras by any provider', () => {
  let store: Store;
  let moondream: LocalMoondream;
  let harness: ReasonHarness;

  before(async () => {
    store = await openSqlite();
  });
  after(() => store.close());
  beforeEach(async () => {
    moondream = await LocalMoondream.open();
    moondream.answer = (response) => {
      const skill = moondream.requests.at(-1)?.path.split('/').at(-1) ?? '';
      json(response, 200, ANSWERS[skill] ?? {});
    };
    harness = await ReasonHarness.open(store, { moondreamUrl: moondream.url });
  });
  afterEach(async () => {
    await harness.close();
    moondream.close();
  });

  for (const [kind, body, expected, path] of [
    ['ask', {}, { answer: 'Yes, it is.', value: 'Yes, it is.', question: 'Is the gate open?' }, '/v1/query'],
    ['ask', { answer: 'yesno' }, { answer: 'Yes, it is.', value: true }, '/v1/query'],
    ['ask', { answer: 'number' }, { value: null }, '/v1/query'],
    ['describe', { length: 'short' }, { answer: 'A gate.', value: 'A gate.' }, '/v1/caption'],
    ['find', {}, { objects: [BOX], value: 1, coordinates: 'detected', object: 'cat' }, '/v1/detect'],
    [
      'point',
      {},
      { points: ANSWERS.point && (ANSWERS.point as { points: object[] }).points, value: 2 },
      '/v1/point',
    ],
    ['count', {}, { count: 2, value: 2, answer: '2 found' }, '/v1/point'],
  ] as const) {
    it(`${kind} ${JSON.stringify(body)}, with the very picture`, async () => {
      const { status, body: given } = await harness.ask(body, kind);
      expect(status).to.equal(200);
      const [answer] = given.answers;
      for (const [name, value] of Object.entries(expected)) expect(answer[name], name).to.deep.equal(value);
      expect(moondream.requests[0]?.path).to.equal(path);
      const { url, ...frame } = answer.frame;
      expect(frame).to.deep.equal({ sequence: 1, timestamp: TAKEN, ageMs: 40, width: 1280, height: 720 });
      const picture = Buffer.from(await (await fetch(`${harness.origin}${url}`)).arrayBuffer());
      expect(picture.equals(jpegOf(1280, 720, 1))).to.equal(true);
    });
  }

  it('read numbers and choices where the words are clear', async () => {
    const said = async (words: string, answer: unknown) => {
      moondream.answer = (response) => json(response, 200, { answer: words });
      return (await harness.ask({ answer })).body.answers[0].value;
    };
    const colours = { enum: ['red', 'dark red', 'blue'] };
    expect(await said('There are 3 cars.', 'number')).to.equal(3);
    expect(await said('Between 2 and 3 cars.', 'number')).to.equal(null);
    expect(await said('The door is Blue.', colours)).to.equal('blue');
    expect(await said('Dark red', colours)).to.equal('dark red');
    expect(await said('Red or blue', colours)).to.equal(null);
  });

  it('ask every camera by itself, and tell which one could not be', async () => {
    harness.worker.answers.set(
      'GET /api/cameras/2/frame',
      refuseWith(503, { code: 'stale-frame', error: 'old' }),
    );
    const { status, body } = await harness.ask({ cameraIds: ['*'] });
    expect(status).to.equal(200);
    expect(body.answers.map(({ cameraId }: { cameraId: string }) => cameraId)).to.deep.equal(['1', '2']);
    expect(body.answers[0].answer).to.equal('Yes, it is.');
    expect(body.answers[1].error.code).to.equal('stale-frame');
    const alone = await harness.ask({ cameraIds: ['2'] });
    expect([alone.status, alone.body.code]).to.deep.equal([503, 'stale-frame']);
    expect((await harness.ask({ cameraIds: ['1', 'x'] })).body.answers[1].error.code).to.equal(
      'camera-not-found',
    );
  });

  it('ask about live pictures only, and about older ones when they are told to', async () => {
    const asked = async (more: object): Promise<string | null> => {
      harness.worker.requests.length = 0;
      await harness.ask(more);
      return new URL(harness.worker.requests[0]?.url ?? '', 'http://worker').searchParams.get('maxAgeMs');
    };
    expect(await asked({})).to.equal('3000');
    expect(await asked({ maxAgeMs: 600_000 })).to.equal('600000');
    expect((await harness.ask({ maxAgeMs: -1 })).body).to.include({ field: 'maxAgeMs' });
  });

  it('look at a part of the picture, and tell places in the whole', async () => {
    const { body } = await harness.ask({ area: [0.5, 0.5, 0.5, 0.25] }, 'find');
    const asked = new URL(harness.worker.requests[0]?.url ?? '', 'http://worker').searchParams;
    expect(asked.get('area')).to.equal('0.5,0.5,0.5,0.25');
    const { x_min, y_min, x_max, y_max } = body.answers[0].objects[0];
    expect([x_min, y_min, x_max, y_max].map((side) => Math.round(side * 1000))).to.deep.equal([
      550, 550, 650, 600,
    ]);
    expect(body.answers[0].area).to.deep.equal([0.5, 0.5, 0.5, 0.25]);
  });

  for (const [name, body, code, field] of [
    ['a misspelt field', { camera: '1' }, 'unknown-field', 'camera'],
    ['an object in a question', { object: 'cat' }, 'unknown-field', 'object'],
    ['no camera', { cameraIds: [] }, 'invalid-field', 'cameraIds'],
    ['an area beyond the picture', { area: [0.8, 0, 0.5, 1] }, 'invalid-field', 'area'],
    ['an unknown form', { answer: 'poem' }, 'invalid-field', 'answer'],
    [
      'a schema with a pattern',
      { answer: { schema: { type: 'string', pattern: '(a+)+$' } } },
      'invalid-field',
      'answer.schema',
    ],
    ['too many pictures', { frames: 9 }, 'invalid-field', 'frames'],
  ] as const) {
    it(`refuse ${name}, and ask nothing`, async () => {
      const { status, body: problem } = await harness.ask(body);
      expect([status, problem.code, problem.field]).to.deep.equal([400, code, field]);
      expect(moondream.requests).to.deep.equal([]);
    });
  }

  it('say that Moondream takes one picture', async () => {
    const { status, body } = await harness.ask({ frames: 2 });
    expect([status, body.code]).to.deep.equal([422, 'skill-unsupported']);
  });

  it('are answered from memory while the picture has not changed', async () => {
    harness.stands('1');
    const cached = [];
    for (let time = 0; time < 2; time += 1) cached.push((await harness.ask({})).body.answers[0].cached);
    expect([cached, moondream.requests.length]).to.deep.equal([[false, true], 1]);
    await harness.ask({}, 'describe');
    expect(moondream.requests.length).to.equal(2);
  });

  it('give way to the newest of equal ones', async () => {
    const held: (() => void)[] = [];
    moondream.answer = (response) => void held.push(() => json(response, 200, { answer: 'Yes' }));
    const { desk } = harness.reasoning;
    const ask = desk.ask.bind(desk);
    let taken = 0;
    desk.ask = (...question) => {
      taken += 1;
      return ask(...question);
    };
    const first = harness.ask({});
    await waitFor(() => held.length === 1);
    const second = harness.ask({});
    await waitFor(() => taken === 2);
    const third = harness.ask({});
    expect((await second).body.code).to.equal('question-superseded');
    held[0]?.();
    await waitFor(() => held.length === 2);
    held[1]?.();
    expect([(await first).status, (await third).status]).to.deep.equal([200, 200]);
  });

  it('go to the provider that suits best, or to the one that is wanted', async () => {
    await harness.close();
    const server = await ModelServerDouble.open('ollama');
    server.words = '{"objects": []}';
    const vlm = { url: server.url, model: 'a-model' };
    harness = await ReasonHarness.open(store, { moondreamUrl: moondream.url, vlm });
    const providerOf = async (kind: string, body = {}) =>
      (await harness.ask(body, kind)).body.answers[0].provider;
    expect([await providerOf('ask'), await providerOf('find')]).to.deep.equal(['vlm', 'moondream']);
    expect([
      await providerOf('ask', { provider: 'moondream' }),
      await providerOf('find', { provider: 'vlm' }),
    ]).to.deep.equal(['moondream', 'vlm']);
    expect(await providerOf('ask', { frames: 2 })).to.equal('vlm');
    server.close();
  });

  it('are counted for each provider’s day', async () => {
    await harness.close();
    const server = await ModelServerDouble.open('ollama');
    harness = await ReasonHarness.open(store, { vlm: { url: server.url, model: 'a-model', dailyMax: 1 } });
    const { providers } = (await harness.get('status')).body;
    const asked = providers[1].today.asked;
    expect(providers[1].today.max).to.equal(1);
    if (asked === 0) expect((await harness.ask({})).status).to.equal(200);
    expect((await harness.ask({})).body.code).to.equal('vlm-budget-spent');
    server.close();
  });

  it('want a provider that is set up', async () => {
    await harness.close();
    harness = await ReasonHarness.open(store);
    const { status, body } = await harness.ask({});
    expect([status, body.code]).to.deep.equal([503, 'reasoning-not-configured']);
    const { body: state } = await harness.get('status');
    expect([state.configured, state.providers.map(({ state }: { state: string }) => state)]).to.deep.equal([
      false,
      ['not-configured', 'not-configured'],
    ]);
  });

  it('tell what each provider can do', async () => {
    const { providers } = (await harness.get('status')).body;
    const [first, second] = providers.map(({ name, skills }: { name: string; skills: object }) => ({
      name,
      ...skills,
    }));
    expect(first).to.include({
      name: 'moondream',
      detect: 'detected',
      severalPictures: false,
      segment: true,
    });
    expect(second).to.include({ name: 'vlm', detect: 'estimated', severalPictures: true, segment: false });
    expect((await getJson(`${harness.api}/history`)).status).to.equal(200);
  });
});
