import { expect } from 'chai';
import { createDeliveries } from '../../../gateway/deliveries/deliveries.ts';
import type { EventState } from '../../../gateway/events/event.ts';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { lastPeriod } from '../../../gateway/reasoning/digest-schedule.ts';
import type { ReasoningOptions } from '../../../gateway/reasoning/reasoning.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { type ChatCall, fail, ModelServerDouble } from '../../doubles/model-server.ts';
import { eventPicture } from '../../support/event-picture.ts';
import { FastApiReceiver, sendJson } from '../../support/fastapi-receiver.ts';
import { silentLog } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { jpegOf } from '../moondream/harness.ts';
import { ReasonHarness } from './harness.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 4, 1, 12);
const RANGE = 'from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z';

function eventOf(id: string, more: Partial<EventState> = {}): EventState {
  const times = { startedAt: NOON, updatedAt: NOON + 1000, endedAt: NOON + 1000 };
  return { id, cameraId: '1', kind: 'motion', label: 'motion', score: null, data: {}, ...times, ...more };
}

describe('A digest', () => {
  onEveryEngine((open) => {
    let store: Store;
    let server: ModelServerDouble;
    let harness: ReasonHarness;

    beforeEach(async () => {
      store = await open();
      const events = new EventRepository(store);
      const picture = eventPicture(jpegOf(640, 360));
      await events.save(eventOf('m1'), picture);
      await events.save(eventOf('m2', { cameraId: '2', startedAt: NOON + HOUR_MS }), picture);
      await events.save(eventOf('p1', { kind: 'person', label: 'person', score: 0.9 }), picture);
      await events.save(eventOf('p2', { kind: 'person', label: 'person', score: 0.7 }), picture);
      const answers = [{ at: NOON, reading: 'yes', text: 'Yes, a van.' }];
      const watch = { kind: 'watch', label: 'Is a van here?', data: { answers } };
      await events.save(eventOf('w1', { ...watch, startedAt: NOON + 2 * HOUR_MS }), picture);
      await events.save(eventOf('old', { startedAt: NOON - 24 * HOUR_MS }), picture);
      server = await ModelServerDouble.open('ollama');
      server.words = 'A van came at two.';
    });
    afterEach(async () => {
      await harness.close();
      server.close();
    });

    const openWith = async (options: Parameters<typeof ReasonHarness.open>[1] = {}) => {
      harness = await ReasonHarness.open(store, options);
    };
    const withModel = () => ({ vlm: { url: server.url, model: 'a-model' } });

    it('counts what happened, by kind, camera and hour', async () => {
      await openWith();
      const { status, body } = await harness.get(`digest?${RANGE}`);
      expect([status, body.events, body.answers, body.text]).to.deep.equal([200, 5, 0, null]);
      expect(body.byKind).to.deep.equal({ motion: 2, person: 2, watch: 1 });
      expect(body.byCamera).to.deep.equal({ 1: 4, 2: 1 });
      expect(
        body.timeline.map(({ at, events }: { at: string; events: number }) => [at.slice(11, 16), events]),
      ).to.deep.equal([
        ['12:00', 3],
        ['13:00', 1],
        ['14:00', 1],
      ]);
      expect(body.readings).to.deep.equal([
        { cameraId: '1', at: '2026-05-01T14:00:00.000Z', question: 'Is a van here?', answer: 'Yes, a van.' },
      ]);
    });

    it('shows the three most telling pictures, of different cameras first', async () => {
      await openWith();
      const { pictures } = (await harness.get(`digest?${RANGE}`)).body;
      expect(pictures.map(({ url }: { url: string }) => url.split('/')[3])).to.deep.equal(['w1', 'm2', 'p1']);
    });

    it('has a paragraph by the provider, once for the same facts', async () => {
      await openWith(withModel());
      for (let time = 0; time < 2; time += 1) {
        const { body } = await harness.get(`digest?${RANGE}`);
        expect([body.text, body.provider]).to.deep.equal(['A van came at two.', 'vlm']);
      }
      expect(server.calls).to.have.length(1);
      const { content } = (server.calls[0] as ChatCall).body.messages[0];
      expect(content.map(({ type }: { type: string }) => type)).to.deep.equal([
        'image_url',
        'image_url',
        'image_url',
        'text',
      ]);
      expect(content.at(-1).text).to.include('Is a van here? → Yes, a van.').and.include('Camera 2: 1');
    });

    it('does without the paragraph where the provider fails, and where none is wanted', async () => {
      await openWith(withModel());
      server.replies.push(fail(500, { error: { message: 'CUDA out of memory' } }));
      expect((await harness.get(`digest?${RANGE}`)).body).to.include({ text: null, events: 5 });
      expect((await harness.get(`digest?${RANGE}&text=false`)).body.text).to.equal(null);
      expect(server.calls).to.have.length(1);
    });

    it('refuses a time that ends before it begins, or is longer than a month', async () => {
      await openWith();
      for (const query of [
        'from=2026-05-02&to=2026-05-01',
        'from=2026-01-01&to=2026-05-01',
        'from=yesterday',
      ])
        expect((await harness.get(`digest?${query}`)).body).to.include({
          status: 400,
          code: 'invalid-field',
          field: 'from',
        });
    });

    it('of each day is delivered once, over restarts too', async () => {
      const backend = await FastApiReceiver.open();
      backend.reply = (response) => sendJson(response, 200, {});
      const box = createSecretBox(Buffer.alloc(32, 7));
      const options = {
        store,
        secretBox: box,
        appPyUrl: backend.url,
        webhookSecret: undefined,
        log: silentLog,
      };
      const deliveries = createDeliveries(options);
      deliveries.start();
      const digest: ReasoningOptions['perception']['reasoning']['digest'] = { every: 'day', hour: 7 };
      const event = { startedAt: Date.now() - 24 * HOUR_MS, endedAt: Date.now() };
      await new EventRepository(store).save(eventOf('recent', event));
      await openWith({ digest, deliveries });
      await waitFor(() => backend.received.length === 1);
      const [{ url, body }] = backend.received as [(typeof backend.received)[0]];
      expect(url).to.equal('/api/camera-digest');
      expect(body).to.include.keys('digest_id', 'from', 'to', 'byKind', 'timeline', 'pictures', 'text');
      await harness.close();
      let looks = 0;
      const { outbox, sender } = deliveries;
      const has: typeof outbox.has = (trx, id) => {
        looks += 1;
        return outbox.has(trx, id);
      };
      await openWith({ digest, deliveries: { outbox: { ...outbox, has }, sender } });
      await waitFor(() => looks === 1);
      const ids = async () =>
        store.db.selectFrom('deliveries').select(['id', 'camera_id', 'status']).execute();
      await waitFor(async () => (await ids())[0]?.status === 'delivered');
      expect((await ids()).map(({ camera_id }) => camera_id)).to.deep.equal(['*']);
      await deliveries.close();
      await backend.close();
    });
  });

  it('is of the hour or the day that ended last, days ending at the hour that is set', () => {
    const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();
    const spans = ([every, now]: ['hour' | 'day', number]) => {
      const { from, to } = lastPeriod(now, { every, hour: 7 });
      return [from, to];
    };
    expect(spans(['hour', at(2026, 4, 1, 9, 20)])).to.deep.equal([
      at(2026, 4, 1, 8, 0),
      at(2026, 4, 1, 9, 0),
    ]);
    expect(spans(['day', at(2026, 4, 2, 9, 0)])).to.deep.equal([at(2026, 4, 1, 7, 0), at(2026, 4, 2, 7, 0)]);
    expect(spans(['day', at(2026, 4, 2, 6, 59)])).to.deep.equal([
      at(2026, 3, 30, 7, 0),
      at(2026, 4, 1, 7, 0),
    ]);
  });
});
