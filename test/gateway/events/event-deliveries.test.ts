import { expect } from 'chai';
import { HttpEndpoint } from '../../../gateway/deliveries/http-endpoint.ts';
import type { EventState } from '../../../gateway/events/event.ts';
import { EventDeliveries } from '../../../gateway/events/event-deliveries.ts';
import { EventLog } from '../../../gateway/events/event-log.ts';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { eventPicture } from '../../support/event-picture.ts';
import { nock, useNock } from '../../support/nock.ts';
import { silentLog } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { DeliveryStage } from '../deliveries/harness.ts';

const BACKEND = 'http://backend.example';
const NOW = 1_800_000_000_000;
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
const log = silentLog;
const JPEG = eventPicture(Buffer.from('a picture'));

const event = (change: Partial<EventState> = {}): EventState => ({
  id: 'e1',
  cameraId: '1',
  kind: 'person',
  label: 'person',
  score: 0.6,
  startedAt: NOW,
  updatedAt: NOW,
  endedAt: null,
  data: { box: [0, 0, 1, 1], most: 1, trackIds: [4] },
  ...change,
});

describe('Observed events on their way to the analysis backend', () => {
  useNock();

  onEveryEngine((open) => {
    let stage: DeliveryStage;
    let repository: EventRepository;
    let events: EventLog;

    beforeEach(async () => {
      stage = new DeliveryStage(await open());
      use({});
    });

    afterEach(() => stage.close());

    function use(options: { maxWaiting?: number }): void {
      const { store, outbox } = stage;
      const deliveries = { outbox, sender: { wake: () => {} } as never };
      const told = new EventDeliveries({ store, deliveries, log, ...options });
      repository = new EventRepository(store, { now: () => NOW, onLifecycle: told.onLifecycle });
      events = new EventLog({ repository, log });
    }

    const bodies = async () =>
      (await stage.rows()).map(({ payload }) => JSON.parse(stage.secretBox.open(payload)));
    const changes = async () => (await bodies()).map(({ event_id, change }) => `${event_id} ${change}`);

    it('are delivered at their start and end, with all facts and no picture', async () => {
      const better = { score: 0.9, zones: ['Gate'] };
      await events.observe(event());
      await events.observe(event({ ...better, updatedAt: NOW + 500 }), JPEG);
      await events.observe(event({ ...better, updatedAt: NOW + 900, endedAt: NOW + 900 }), JPEG);
      const facts = { event_id: 'e1', camera_id: '1', kind: 'person', label: 'person' };
      const times = { started_at: NOW / 1000 };
      const data = { box: [0, 0, 1, 1], most: 1, trackIds: [4] };
      expect(await bodies()).to.deep.equal([
        { ...facts, score: 0.6, zones: [], ...times, change: 'start', ended_at: null, data },
        { ...facts, ...better, ...times, change: 'end', ended_at: (NOW + 900) / 1000, data },
      ]);
    });

    it('are delivered once, however often the same state is stored', async () => {
      const states = [event(), event(), event({ endedAt: NOW }), event({ endedAt: NOW })];
      for (const state of [...states, ...states]) await events.observe(state);
      expect(await changes()).to.deep.equal(['e1 start', 'e1 end']);
    });

    it('are delivered as ended only if their start was not delivered', async () => {
      await events.observe(event({ endedAt: NOW }));
      expect(await changes()).to.deep.equal(['e1 end']);
    });

    it('are delivered as ended when their observer is gone', async () => {
      await events.observe(event({ updatedAt: NOW - 2 * MINUTE_MS }));
      await events.observe(event({ id: 'e2' }));
      await repository.endUnseen(NOW - MINUTE_MS);
      expect(await changes()).to.deep.equal(['e1 start', 'e2 start', 'e1 end']);
      expect((await bodies()).at(-1)).to.include({ ended_at: (NOW - 2 * MINUTE_MS) / 1000 });
    });

    it('are not delivered unless observed: watches have a switch of their own', async () => {
      await events.record({
        cameraId: '1',
        kind: 'watch',
        label: 'Is the gate open?',
        score: null,
        startedAt: NOW,
        data: {},
      });
      expect(await bodies()).to.deep.equal([]);
    });

    it('are not delivered if they could not be stored', async () => {
      const kind = null as unknown as string;
      await events.observe(event({ kind }));
      expect(events.failures).to.equal(1);
      expect(await bodies()).to.deep.equal([]);
    });

    it('arrive in order under one key each, though the backend fails meanwhile', async () => {
      const expectPost = (change: 'start' | 'end', status: number) =>
        nock(BACKEND, { reqheaders: { 'idempotency-key': `evt_e1_${change}` } })
          .post('/api/camera-event', (body) => body.change === change)
          .reply(status);
      const failing = expectPost('start', 503);
      await events.observe(event());
      await events.observe(event({ endedAt: NOW }));
      const sender = stage.startSender({ endpoint: new HttpEndpoint({ baseUrl: BACKEND }) });
      await waitFor(async () => (await stage.rows())[0]?.last_status === 503);
      const [start, end] = [expectPost('start', 200), expectPost('end', 200)];
      expect((await stage.rows())[1], 'it waits for the one before').to.include({ attempts: 0 });
      stage.now += MINUTE_MS;
      sender.wake();
      await waitFor(async () => (await stage.rows()).every((row) => row.status === 'delivered'));
      expect([failing, start, end].map((scope) => scope.isDone())).to.deep.equal([true, true, true]);
    });

    it('are stored but not delivered while too many of their camera wait', async () => {
      use({ maxWaiting: 2 });
      for (const id of ['a', 'b', 'c']) await events.observe(event({ id }));
      await events.observe(event({ id: 'd', cameraId: '2' }));
      expect(await changes()).to.deep.equal(['a start', 'b start', 'd start']);
      expect(await repository.list({ limit: 9 })).to.have.length(4);
    });

    it('are cleared away a week after the backend refused them; refused streams stay for a person', async () => {
      nock(BACKEND).persist().post(/./).reply(404);
      await stage.enqueue('1');
      await events.observe(event());
      const sender = stage.startSender({ endpoint: new HttpEndpoint({ baseUrl: BACKEND }) });
      sender.wake();
      await waitFor(async () => (await stage.rows()).every((row) => row.status === 'parked'));
      expect(await stage.repository.prune(stage.now - WEEK_MS)).to.equal(0);
      stage.now += WEEK_MS + 1;
      expect(await stage.repository.prune(stage.now - WEEK_MS)).to.equal(1);
      expect((await bodies()).map(({ stream_type }) => stream_type)).to.deep.equal(['rtsp']);
    });
  });
});
