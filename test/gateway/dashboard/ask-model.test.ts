import { expect } from 'chai';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { ReasonAnswer, ReasonProgress } from '#shared/client/reason.ts';
import { type AskCard, AskModel, summaryOf } from '../../../gateway/dashboard/browser/ask-model.ts';
import { waitFor } from '../../support/wait-for.ts';

const FRAME = { sequence: 1, timestamp: 1, ageMs: 1, width: 2, height: 2, url: '/p' };
const answerOf = (cameraId: string, more: object = {}): ReasonAnswer =>
  ({
    id: cameraId,
    cameraId,
    answer: 'Yes, it is.',
    value: 'Yes, it is.',
    frame: FRAME,
    ...more,
  }) as ReasonAnswer;
const busy = (retryAfterMs: number) =>
  new GatewayError({ code: 'vlm-busy', message: 'busy', status: 503, retryAfterMs });

describe('A question of the Ask page', () => {
  const requests: object[] = [];
  let changes: number;
  let script: (() => Iterable<ReasonProgress>)[];
  let model: AskModel;

  beforeEach(() => {
    requests.length = 0;
    changes = 0;
    script = [];
    const reason = {
      async *stream(_kind: string, request: object) {
        requests.push(request);
        yield* script.shift()?.() ?? [];
      },
    };
    model = new AskModel(reason as ConstructorParameters<typeof AskModel>[0], () => {
      changes += 1;
    });
  });
  afterEach(() => model.stop());

  const ask = (cameraIds = ['1'], kind: 'ask' | 'find' = 'ask') =>
    model.ask({ kind, words: 'Open?', cameraIds });
  const card = (index = 0) => model.cards[index] as AskCard;

  it('is about this moment, the last seconds, or the last picture of a camera that is away', async () => {
    await model.ask({ kind: 'ask', words: 'Open?', cameraIds: ['1'], isOverTime: true });
    expect(requests).to.deep.equal([{ cameraIds: ['1'], question: 'Open?', frames: 4, over: 10 }]);
    await ask();
    await model.again(card(), true);
    await model.again(card());
    expect(requests.slice(1)).to.deep.equal([
      { cameraIds: ['1'], question: 'Open?' },
      { cameraIds: ['1'], question: 'Open?', maxAgeMs: 604_800_000 },
      { cameraIds: ['1'], question: 'Open?' },
    ]);
  });

  it('has a card for each camera, with its picture, its words and its answer', async () => {
    script.push(() => [
      { event: 'frame', cameraId: '2', frame: FRAME },
      { event: 'text', cameraId: '2', text: 'Yes' },
      { event: 'text', cameraId: '2', text: ', it is.' },
      { event: 'answer', answer: answerOf('2') },
      { event: 'error', cameraId: '1', error: new GatewayError({ code: 'stale-frame', message: 'old' }) },
    ]);
    await ask(['1', '2']);
    expect(requests).to.deep.equal([{ cameraIds: ['1', '2'], question: 'Open?' }]);
    expect([card(1).state, card(1).text, card(1).frame]).to.deep.equal(['answered', 'Yes, it is.', FRAME]);
    expect([card().state, card().error?.code]).to.deep.equal(['failed', 'stale-frame']);
    expect(changes).to.be.greaterThan(5);
    expect(summaryOf(model.cards)).to.equal('1 yes, 0 no, 1 without an answer');
  });

  it('sums up what was found, over cameras', async () => {
    script.push(() => [
      { event: 'answer', answer: answerOf('1', { value: 2, answer: '2 found' }) },
      { event: 'answer', answer: answerOf('2', { value: 0, answer: 'None found' }) },
    ]);
    await ask(['1', '2'], 'find');
    expect(requests).to.deep.equal([{ cameraIds: ['1', '2'], object: 'Open?' }]);
    expect(summaryOf(model.cards)).to.equal('2 found on 1 of 2 cameras');
  });

  it('is asked again by itself where the provider is busy, once', async () => {
    const error: ReasonProgress = { event: 'error', cameraId: '1', error: busy(5) };
    script.push(
      () => [error],
      () => [error],
    );
    await ask();
    expect(card().retryAt).to.be.a('number');
    await waitFor(() => requests.length === 2 && card().state === 'failed');
    expect([card().retryAt, model.isAsking]).to.deep.equal([undefined, false]);
  });

  it('is not asked again after a long pause, and not for another reason', async () => {
    for (const error of [busy(600_000), new GatewayError({ code: 'vlm-budget-spent', message: 'spent' })]) {
      script.push(() => [{ event: 'error', cameraId: '1', error }]);
      await ask();
      expect(card().retryAt).to.equal(undefined);
    }
  });

  it('fails on every card where nothing could be asked', async () => {
    script.push(() => {
      throw new GatewayError({ code: 'gateway-unreachable', message: 'gone' });
    });
    await ask(['1', '2']);
    expect(model.cards.map(({ state, error }) => [state, error?.code])).to.deep.equal([
      ['failed', 'gateway-unreachable'],
      ['failed', 'gateway-unreachable'],
    ]);
  });
});
