import { expect } from 'chai';
import type { ReasonAnswer } from '#shared/contract/reason.ts';
import { HistoryRepository } from '../../../gateway/reasoning/history-repository.ts';
import { rejection } from '../../support/errors.ts';
import { getJson } from '../../support/http.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { json, LocalMoondream } from '../moondream/harness.ts';
import { ReasonHarness } from './harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 4, 1);
const BOUNDS = { days: 30, maxAnswers: 100, maxBytes: 1_000_000 };

function answerOf(id: string, more: Partial<ReasonAnswer> = {}): ReasonAnswer {
  return {
    id,
    kind: 'ask',
    cameraId: '1',
    question: 'Is the Gate open?',
    answer: 'Yes, 100 % open',
    value: true,
    frame: { sequence: 1, timestamp: 1, ageMs: 1, width: 2, height: 2, url: `/api/reason/pictures/${id}` },
    provider: 'vlm',
    model: null,
    latencyMs: 5,
    cached: false,
    askedAt: new Date(NOW).toISOString(),
    ...more,
  };
}

describe('The history of answers', () => {
  onEveryEngine((open) => {
    const filled = async (...answers: ReasonAnswer[]): Promise<HistoryRepository> => {
      const history = new HistoryRepository(await open());
      for (const answer of answers)
        await history.add(answer, [{ id: answer.id, jpeg: Buffer.alloc(100, 1) }]);
      return history;
    };
    const idsOf = async (history: HistoryRepository, filter: object) =>
      (await history.list({ limit: 10, ...filter })).map(({ id }) => id);

    it('is listed newest first, page by page, by camera, kind, time and words', async () => {
      const history = await filled(
        answerOf('a'),
        answerOf('b', { cameraId: '2', kind: 'find', question: 'Dog', answer: '1 found' }),
        answerOf('c', { askedAt: new Date(NOW + 1000).toISOString() }),
      );
      expect(await idsOf(history, {})).to.deep.equal(['c', 'b', 'a']);
      const [first] = await history.list({ limit: 1 });
      expect(await idsOf(history, { before: first?.sequence })).to.deep.equal(['b', 'a']);
      expect(await idsOf(history, { cameraId: '2' })).to.deep.equal(['b']);
      expect(await idsOf(history, { cameras: new Set(['2']) })).to.deep.equal(['b']);
      expect(await idsOf(history, { kind: 'ask', since: NOW + 1 })).to.deep.equal(['c']);
      expect(await idsOf(history, { until: NOW + 1 })).to.deep.equal(['b', 'a']);
      expect(await idsOf(history, { q: 'gATE' })).to.deep.equal(['c', 'a']);
      expect(await idsOf(history, { q: '100 %' })).to.deep.equal(['c', 'a']);
      expect(await idsOf(history, { q: '1_0' })).to.deep.equal([]);
    });

    it('forgets answers with their pictures by age, number and bytes, the oldest first', async () => {
      const history = await filled(
        answerOf('a', { askedAt: new Date(NOW - 31 * DAY_MS).toISOString() }),
        answerOf('b'),
        answerOf('c'),
        answerOf('d'),
      );
      const prune = async (bounds: object): Promise<string[]> => {
        while ((await history.prune({ ...BOUNDS, ...bounds }, NOW)) > 0);
        return idsOf(history, {});
      };
      expect(await prune({})).to.deep.equal(['d', 'c', 'b']);
      expect(await history.picture('a')).to.equal(undefined);
      expect(await prune({ maxAnswers: 2 })).to.deep.equal(['d', 'c']);
      expect(await prune({ maxBytes: 150 })).to.deep.equal(['d']);
      expect((await history.picture('d'))?.jpeg.length).to.equal(100);
      await history.remove('d');
      expect(await history.picture('d')).to.equal(undefined);
      expect((await rejection(history.remove('d'))).code).to.equal('answer-not-found');
    });

    it('keeps a picture with the newest answer about it', async () => {
      const history = await filled(answerOf('a'));
      await history.add(answerOf('b'), [{ id: 'a', jpeg: Buffer.alloc(100, 1) }]);
      await history.remove('a');
      expect((await history.picture('a'))?.cameraId).to.equal('1');
    });

    it('is filled by questions and kept over a restart, pictures too', async () => {
      const store = await open();
      const moondream = await LocalMoondream.open();
      moondream.answer = (response) => json(response, 200, { answer: 'Yes' });
      let harness = await ReasonHarness.open(store, { moondreamUrl: moondream.url });
      const { body } = await harness.ask({ cameraIds: ['1', '2'] });
      await harness.close();
      harness = await ReasonHarness.open(store, { moondreamUrl: moondream.url });
      const { answers, nextCursor } = (await harness.get('history?limit=1&q=gate')).body;
      expect(body.answers).to.deep.include(answers[0]);
      const rest = (await harness.get(`history?cursor=${nextCursor}`)).body;
      expect([rest.answers.length, rest.nextCursor]).to.deep.equal([1, null]);
      const picture = await fetch(`${harness.origin}${answers[0].frame.url}`);
      expect([picture.status, picture.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg']);
      expect((await getJson(`${harness.api}/history/${answers[0].id}`)).body).to.deep.equal(answers[0]);
      expect((await fetch(`${harness.api}/history/${answers[0].id}`, { method: 'DELETE' })).status).to.equal(
        204,
      );
      expect((await fetch(`${harness.origin}${answers[0].frame.url}`)).status).to.equal(404);
      expect((await harness.get(`history/${answers[0].id}`)).body.code).to.equal('answer-not-found');
      await harness.close();
      moondream.close();
    });

    it('is kept within its bounds by itself', async () => {
      const store = await open();
      const history = new HistoryRepository(store);
      for (const id of ['a', 'b', 'c'])
        await history.add(answerOf(id, { askedAt: new Date().toISOString() }), []);
      const bounds = { days: 30, maxAnswers: 1, maxBytes: 1_000_000 };
      const harness = await ReasonHarness.open(store, { history: bounds });
      await waitFor(async () => (await history.list({ limit: 10 })).length === 1);
      await harness.close();
    });
  });
});
