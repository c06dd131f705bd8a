import { expect } from 'chai';
import { readMessages } from '#shared/client/message-stream.ts';
import type { Store } from '../../../gateway/store/store.ts';
import {
  breakOff,
  type ChatCall,
  decline,
  FLAVOURS,
  fail,
  failInStream,
  hang,
  ModelServerDouble,
  say,
} from '../../doubles/model-server.ts';
import { openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { jpegOf } from '../moondream/harness.ts';
import { ReasonHarness, TAKEN } from './harness.ts';

describe("Servers with OpenAI's API", () => {
  let store: Store;
  let server: ModelServerDouble;
  let harness: ReasonHarness;

  before(async () => {
    store = await openSqlite();
  });
  after(() => store.close());
  afterEach(async () => {
    await harness.close();
    server.close();
  });

  async function openWith(flavour: (typeof FLAVOURS)[number], vlm: object = {}): Promise<void> {
    server = await ModelServerDouble.open(flavour);
    const { url, key: apiKey } = server;
    harness = await ReasonHarness.open(store, { vlm: { url, apiKey, model: 'a-model', ...vlm } });
  }
  const first = async (body: object = {}, kind = 'ask') => {
    const { status, body: given } = await harness.ask(body, kind);
    return status === 200 ? given.answers[0] : { status, ...given };
  };
  const eventsOf = async (body: object = {}): Promise<{ event: string; data: Record<string, unknown> }[]> => {
    const response = await fetch(`${harness.api}/ask`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify({ cameraIds: ['1'], question: 'Is the gate open?', ...body }),
    });
    const events: { event: string; data: Record<string, unknown> }[] = [];
    for await (const { event, data } of readMessages(response))
      events.push({ event, data: JSON.parse(data) });
    return events;
  };

  for (const flavour of FLAVOURS) {
    describe(`like ${flavour}`, () => {
      beforeEach(() => openWith(flavour));

      it('are shown the picture with the question, and the key alone with it', async () => {
        expect(await first()).to.include({ answer: 'The gate is open.', provider: 'vlm', model: 'a-model' });
        const [{ body, headers }] = server.calls as [(typeof server.calls)[0]];
        const url = `data:image/jpeg;base64,${jpegOf(1280, 720, harness.sequence).toString('base64')}`;
        expect(body).to.deep.equal({
          model: 'a-model',
          messages: [
            {
              role: 'user',
              content: [
                { type: 'image_url', image_url: { url } },
                { type: 'text', text: 'Is the gate open?' },
              ],
            },
          ],
        });
        expect(headers.authorization).to.equal(server.key === undefined ? undefined : `Bearer ${server.key}`);
      });

      it('answer word by word, and then whole', async () => {
        const events = await eventsOf();
        const words = events.filter(({ event }) => event === 'text').map(({ data }) => data.text);
        expect(words).to.deep.equal(['The', ' gate', ' is', ' open.']);
        expect(events.map(({ event }) => event).filter((name) => name !== 'text')).to.deep.equal([
          'frame',
          'answer',
          'done',
        ]);
        expect(events.at(-2)?.data).to.include({ answer: 'The gate is open.', value: 'The gate is open.' });
      });

      it('keep to a schema', async () => {
        server.words = '{"explanation": "It stands ajar.", "value": "yes"}';
        expect(await first({ answer: 'yesno' })).to.include({ answer: 'It stands ajar.', value: true });
        const { type, json_schema } = (server.calls[0] as ChatCall).body.response_format;
        expect([type, json_schema.name, json_schema.strict]).to.deep.equal(['json_schema', 'yesno', true]);
      });
    });
  }

  for (const [flavour, name, reply, expected] of [
    [
      'openai',
      'a spent quota',
      fail(
        429,
        { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } },
        { 'Retry-After': '7' },
      ),
      [429, 'vlm-rate-limited'],
    ],
    [
      'ollama',
      'a model that is not there',
      fail(404, {
        error: { message: 'model "a-model" not found, try pulling it first', type: 'not_found_error' },
      }),
      [502, 'vlm-failed'],
    ],
    [
      'vllm',
      'a model without eyes',
      fail(400, {
        object: 'error',
        message: 'a-model is not a multimodal model',
        type: 'BadRequestError',
        code: 400,
      }),
      [400, 'vlm-bad-request'],
    ],
    [
      'gemini',
      'an overload',
      fail(503, [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }]),
      [502, 'vlm-failed'],
    ],
    ['lmstudio', 'an error within a 200', fail(200, { error: 'Model crashed' }), [502, 'vlm-failed']],
    ['openai', 'a refusal', decline, [422, 'model-refused']],
    [
      'openai',
      'a content filter',
      fail(200, { choices: [{ message: { content: '' }, finish_reason: 'content_filter' }] }),
      [422, 'model-refused'],
    ],
    [
      'openai',
      'no words before the limit of tokens',
      fail(200, { choices: [{ message: { content: '' }, finish_reason: 'length' }] }),
      [502, 'vlm-failed'],
    ],
    ['openai', 'no choice', fail(200, { choices: [] }), [502, 'vlm-failed']],
    ['openai', 'no JSON', (response) => response.end('<html>'), [502, 'vlm-failed']],
  ] as [(typeof FLAVOURS)[number], string, ReturnType<typeof say>, [number, string]][]) {
    it(`tell of ${name} as ${flavour} does`, async () => {
      await openWith(flavour);
      // The first of two is retried where a proxy may have answered.
      server.replies.push(reply, reply);
      const { status, code, detail } = await first();
      expect([status, code]).to.deep.equal(expected);
      expect(detail).to.not.include('S3cr3tC4nary');
    });
  }

  for (const flavour of ['openai', 'gemini'] as const) {
    it(`that refuse the key as ${flavour} does are told from an unauthorised client`, async () => {
      await openWith(flavour, { apiKey: 'another-key-S3cr3t' });
      const { status, code, detail } = await first();
      expect([status, code]).to.deep.equal([502, 'vlm-unauthorized']);
      expect(detail).to.not.include('S3cr3t');
    });
  }

  it('that answer 200 to a wrong path are found out', async () => {
    server = await ModelServerDouble.open('lmstudio');
    harness = await ReasonHarness.open(store, { vlm: { url: new URL(server.url).origin, model: 'a-model' } });
    expect(await first()).to.include({ status: 502, code: 'vlm-failed' });
  });

  it('that never answer are given up', async () => {
    await openWith('vllm', { timeoutMs: 1000 });
    server.replies.push(hang);
    expect(await first()).to.include({ status: 504, code: 'vlm-timeout' });
    await waitFor(() => server.brokenOff === 1);
  });

  it('that break off in the middle of an answer do not pass for whole', async () => {
    await openWith('openai');
    server.replies.push(breakOff('The gate'), failInStream);
    for (const said of ['broke off', 'Model unloaded']) {
      const events = await eventsOf();
      expect(events.map(({ event }) => event)).to.include.members(['text', 'error', 'done']);
      expect(events.some(({ event }) => event === 'answer')).to.equal(false);
      const { error } = (events.find(({ event }) => event === 'error') as (typeof events)[0]).data as {
        error: { code: string; detail: string };
      };
      expect(['vlm-failed', 'vlm-unreachable']).to.include(error.code);
      if (said !== 'broke off') expect(error.detail).to.include(said);
    }
  });

  it('are asked no longer once the client has gone', async () => {
    await openWith('openai');
    server.replies.push(hang);
    const gone = new AbortController();
    const asking = fetch(`${harness.api}/ask`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ cameraIds: ['1'], question: 'Who?' }),
      signal: gone.signal,
    }).catch(() => {});
    await waitFor(() => server.calls.length === 1);
    gone.abort();
    await asking;
    await waitFor(() => server.brokenOff === 1);
  });

  it('that know no schema are asked without it from then on, and their JSON is looked for', async () => {
    await openWith('vllm');
    server.replies.push(fail(400, { error: { message: 'response_format json_schema is not supported' } }));
    server.words = 'Sure!\n```json\n{"explanation": "Three cars.", "value": 3}\n```';
    expect(await first({ answer: 'number' })).to.include({ value: 3, answer: 'Three cars.' });
    await first({ answer: 'number' });
    expect(server.calls.map(({ body }) => body.response_format !== undefined)).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('may repair an answer once', async () => {
    await openWith('ollama');
    const schema = { type: 'object', properties: { cars: { type: 'integer' } }, required: ['cars'] };
    server.replies.push(say('{"cars": "three"}'), say('{"cars": 3}'));
    expect((await first({ answer: { schema } })).value).to.deep.equal({ cars: 3 });
    expect(server.calls[1]?.body.messages[0].content.at(-1).text)
      .to.include('{"cars": "three"}')
      .and.include('cars:');
    server.replies.push(say('I see three cars.'), say('There are three.'));
    expect(await first({ answer: { schema } })).to.include({ status: 502, code: 'answer-unreadable' });
  });

  it('may think aloud, which is not shown', async () => {
    await openWith('ollama');
    server.words = '<think>\nThe hinge is visible.\n</think>\n\nYes, it is open.';
    expect((await first()).answer).to.equal('Yes, it is open.');
    const text = (await eventsOf()).filter(({ event }) => event === 'text').map(({ data }) => data.text);
    expect(text.join('')).to.equal('Yes, it is open.');
  });

  for (const [name, places, expected] of [
    [
      'thousandths, as it was asked',
      [{ x_min: 100, y_min: 250, x_max: 500, y_max: 1000 }],
      [0.1, 0.25, 0.5, 1],
    ],
    ['fractions', [{ x_min: 0.1, y_min: 0.25, x_max: 0.5, y_max: 1 }], [0.1, 0.25, 0.5, 1]],
    ['pixels', [{ x_min: 128, y_min: 180, x_max: 1280, y_max: 720 }], [0.1, 0.25, 1, 1]],
    [
      'corners the wrong way round',
      [{ x_min: 500, y_min: 1000, x_max: 100, y_max: 250 }],
      [0.1, 0.25, 0.5, 1],
    ],
  ] as const) {
    it(`give boxes in ${name}, which are marked as estimated`, async () => {
      await openWith('gemini');
      server.words = JSON.stringify({ objects: places });
      const { objects, coordinates, value } = await first({}, 'find');
      const [{ x_min, y_min, x_max, y_max }] = objects;
      expect([x_min, y_min, x_max, y_max]).to.deep.equal(expected);
      expect([coordinates, value]).to.deep.equal(['estimated', 1]);
    });
  }

  it('take several pictures, the newest last', async () => {
    await openWith('openai');
    const { frame, frames } = await first({ frames: 3 });
    const { content } = (server.calls[0] as ChatCall).body.messages[0] as { content: { type: string }[] };
    expect(content.map(({ type }) => type)).to.deep.equal(['image_url', 'image_url', 'image_url', 'text']);
    expect(frames.map(({ sequence }: { sequence: number }) => sequence)).to.deep.equal([1, 2, 3]);
    expect(frame.sequence).to.equal(3);
  });

  describe('asked about the last seconds', () => {
    const times = (frames: { timestamp: number }[]) => frames.map(({ timestamp }) => TAKEN - timestamp);

    it('look at the past where the worker of the camera keeps it', async () => {
      await openWith('openai');
      harness.keeps('1', 10);
      const { frames } = await first({ frames: 3, over: 6 });
      expect(times(frames)).to.deep.equal([6, 3, 0]);
    });

    it('look on from now where not all of it is kept', async () => {
      await openWith('openai');
      harness.keeps('1', 0.4);
      const { frames } = await first({ frames: 2, over: 0.5 });
      expect(times(frames)).to.deep.equal([0, 0]);
      expect(frames.map(({ sequence }: { sequence: number }) => sequence)).to.deep.equal([1, 2]);
    });
  });
});
