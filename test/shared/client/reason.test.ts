import { expect } from 'chai';
import { GatewayClient } from '#shared/client/client.ts';
import type { ReasonProgress } from '#shared/client/reason.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { breakOff, fail, ModelServerDouble } from '../../doubles/model-server.ts';
import { ReasonHarness } from '../../gateway/reasoning/harness.ts';
import { openSqlite } from '../../support/stores.ts';
import { thrownBy } from './thrown-by.ts';

describe('The client asks cameras', () => {
  let store: Store;
  let server: ModelServerDouble;
  let harness: ReasonHarness;
  let client: GatewayClient;

  before(async () => {
    store = await openSqlite();
    server = await ModelServerDouble.open('ollama');
    harness = await ReasonHarness.open(store, { vlm: { url: server.url, model: 'a-model' } });
    client = new GatewayClient({ baseUrl: harness.origin });
  });
  after(async () => {
    client.close();
    await harness.close();
    server.close();
    await store.close();
  });

  const question = { cameraIds: ['1'], question: 'Is the gate open?' };
  async function progress(request: object = {}): Promise<ReasonProgress[]> {
    const all: ReasonProgress[] = [];
    for await (const one of client.reason.stream('ask', { ...question, ...request })) all.push(one);
    return all;
  }

  it('and gets whole answers, the history and one of its answers', async () => {
    const { answers } = await client.reason.ask(question);
    expect(answers[0]).to.include({ answer: 'The gate is open.', cameraId: '1' });
    const history = await client.reason.history({ q: 'gate', limit: 1 });
    expect(history.answers).to.deep.equal(answers);
    const [answer] = history.answers as [(typeof history.answers)[0]];
    expect(await client.reason.answer(answer.id)).to.deep.equal(answer);
    await client.reason.forget(answer.id);
    expect((await client.reason.status()).configured).to.equal(true);
  });

  it('word by word', async () => {
    const all = await progress();
    expect(all.map(({ event }) => event)).to.deep.equal(['frame', 'text', 'text', 'text', 'text', 'answer']);
    expect(all.map((one) => (one.event === 'text' ? one.text : '')).join('')).to.equal('The gate is open.');
  });

  it('and is told which camera could not be asked', async () => {
    server.replies.push(fail(429, { error: { message: 'slow down' } }));
    const [, failure] = await progress();
    expect(failure).to.deep.include({ event: 'error', cameraId: '1' });
    expect((failure as { error: object }).error).to.include({ code: 'vlm-rate-limited', status: 429 });
  });

  it('and is told why nothing was asked', async () => {
    const wrong = client.reason.ask({ ...question, cameraIds: ['x'] });
    expect(await thrownBy(wrong)).to.include({ code: 'camera-not-found', status: 404 });
    expect(await thrownBy(progress({ frames: 99 }))).to.include({ code: 'invalid-field', field: 'frames' });
    server.replies.push(breakOff('The'));
    expect((await progress()).map(({ event }) => event)).to.include('error');
  });
});
