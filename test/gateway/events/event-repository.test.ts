import { expect } from 'chai';
import type { EventState, PicturedObject } from '../../../gateway/events/event.ts';
import { picturesOf } from '../../../gateway/events/event-picture-repository.ts';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { createEvents } from '../../../gateway/events/events.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { createLogger } from '../../../shared/logger.ts';
import { Redactor } from '../../../shared/redact.ts';
import { rejection } from '../../support/errors.ts';
import { eventPicture } from '../../support/event-picture.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = 1_800_000_000_000;

const event = (id: string, change: Partial<EventState> = {}): EventState => ({
  id,
  cameraId: '1',
  kind: 'motion',
  label: 'motion',
  score: 0.6,
  startedAt: NOW,
  updatedAt: NOW,
  endedAt: null,
  data: { box: [0, 0, 1, 1] },
  ...change,
});

describe('Stored events', () => {
  onEveryEngine((open) => {
    let store: Store;
    let repository: EventRepository;

    beforeEach(async () => {
      store = await open();
      repository = new EventRepository(store, { now: () => NOW });
    });

    const idsOf = async (filter: Partial<Parameters<EventRepository['list']>[0]> = {}) =>
      (await repository.list({ limit: 100, ...filter })).map(({ id }) => id);

    it('are one row from start to end, with the newest state', async () => {
      await repository.save(event('a'));
      await repository.save(event('a', { score: 0.9, updatedAt: NOW + 500, label: 'van' }));
      await repository.save(event('a', { score: 0.9, updatedAt: NOW + 900, endedAt: NOW + 900 }));
      const rows = await repository.list({ limit: 10 });
      expect(rows).to.have.length(1);
      expect(rows[0]).to.include({ score: 0.9, started_at: NOW, ended_at: NOW + 900, has_snapshot: 0 });
      expect(rows[0]?.change).to.be.greaterThan(rows[0]?.sequence as number);
    });

    it('keep their first and their best picture, through later changes', async () => {
      const person = { label: 'person', score: 0.7, box: [0.1, 0.2, 0.3, 0.4] as PicturedObject['box'] };
      await repository.save(event('a'), eventPicture(Buffer.from([1]), [], NOW));
      const bytes = async (which: 'first' | 'best') => [
        ...(await repository.snapshot('a', undefined, which)),
      ];
      expect([await bytes('first'), await bytes('best')]).to.deep.equal([[1], [1]]);
      await repository.save(event('a'), eventPicture(Buffer.from([2, 3]), [], NOW + 500));
      await repository.save(event('a'), eventPicture(Buffer.from([4]), [person], NOW + 900));
      await repository.save(event('a', { endedAt: NOW }));
      expect([await bytes('first'), await bytes('best')]).to.deep.equal([[1], [4]]);
      const row = await repository.get('a');
      expect(picturesOf(row)).to.deep.equal({
        first: { takenAt: NOW, objects: [] },
        best: { takenAt: NOW + 900, objects: [person] },
      });
      expect(row.has_snapshot).to.equal(1);
      await repository.save(event('b'));
      expect((await rejection(repository.snapshot('b'))).code).to.equal('event-not-found');
      expect((await rejection(repository.get('c'))).code).to.equal('event-not-found');
    });

    it('of earlier versions keep the picture that they have as the first', async () => {
      await repository.save(event('a'), eventPicture(Buffer.from([1])));
      await store.db.updateTable('events').set({ pictures: null }).execute();
      expect(picturesOf(await repository.get('a'))).to.equal(undefined);
      await repository.save(event('a'), eventPicture(Buffer.from([2]), [], NOW));
      expect(picturesOf(await repository.get('a'))).to.deep.equal({
        first: null,
        best: { takenAt: NOW, objects: [] },
      });
      expect([...(await repository.snapshot('a', undefined, 'first'))]).to.deep.equal([1]);
    });

    it('are found by the exact name of a zone, with any letters in it', async () => {
      const names = ['Gate', 'gate', '100 % "sure"', "O'Hara_s"];
      for (const [index, name] of names.entries())
        await repository.save(event(`e${index}`, { zones: ['Yard', name] }));
      await repository.save(event('none'));
      for (const [index, name] of names.entries())
        expect(await idsOf({ zone: name })).to.deep.equal([`e${index}`]);
      expect(await idsOf({ zone: 'Yard' })).to.have.length(4);
      expect(await idsOf({ zone: 'Ga' })).to.deep.equal([]);
      expect(await idsOf({ search: "o'hara" })).to.deep.equal(['e3']);
      expect(JSON.parse((await repository.get('e2')).zones)).to.deep.equal(['Yard', '100 % "sure"']);
    });

    it('are found by camera, kind, label, time, score and state, newest first and page by page', async () => {
      await repository.save(event('a', { startedAt: NOW - 5000, endedAt: NOW }));
      await repository.save(event('b', { cameraId: '2', kind: 'person', label: 'person', score: 0.95 }));
      await repository.save(event('c', { score: null }));
      expect(await idsOf()).to.deep.equal(['c', 'b', 'a']);
      expect(await idsOf({ cameraId: '2' })).to.deep.equal(['b']);
      expect(await idsOf({ kind: 'motion' })).to.deep.equal(['c', 'a']);
      expect(await idsOf({ label: 'person' })).to.deep.equal(['b']);
      expect(await idsOf({ since: NOW })).to.deep.equal(['c', 'b']);
      expect(await idsOf({ until: NOW })).to.deep.equal(['a']);
      expect(await idsOf({ minScore: 0.9 })).to.deep.equal(['b']);
      expect(await idsOf({ isOpen: true })).to.deep.equal(['c', 'b']);
      expect(await idsOf({ isOpen: false })).to.deep.equal(['a']);
      const [first] = await repository.list({ limit: 1 });
      expect(await idsOf({ before: first?.sequence })).to.deep.equal(['b', 'a']);
    });

    it('are listed in the order of their changes, though many come simultaneously', async () => {
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => repository.save(event(id))));
      const [second] = (await repository.changedAfter(0, 10)).slice(1);
      await repository.save(event('a', { endedAt: NOW }));
      const later = await repository.changedAfter(second?.change as number, 10);
      expect(later.map(({ id }) => id)).to.deep.equal(['c', 'd', 'e', 'a']);
      expect(await repository.newestChange()).to.equal(later.at(-1)?.change);
    });

    it('end by themselves without further observations', async () => {
      await repository.save(event('lost', { updatedAt: NOW - 70_000 }));
      await repository.save(event('live'));
      expect(await repository.endUnseen(NOW - 60_000)).to.equal(1);
      expect((await repository.get('lost')).ended_at).to.equal(NOW - 70_000);
      expect((await repository.get('live')).ended_at).to.equal(null);
    });

    it('have later numbers than all before, also where the clock was set back between two starts', async () => {
      await repository.save(event('before'));
      const newest = await repository.newestChange();
      const next = new EventRepository(store, { now: () => NOW - DAY_MS });
      await next.save(event('after'));
      expect((await next.changedAfter(newest, 10)).map(({ id }) => id)).to.deep.equal(['after']);
    });

    it('have a number of their own each when their observer is gone, so that readers miss none', async () => {
      for (const id of ['a', 'b', 'c']) await repository.save(event(id, { updatedAt: NOW - 70_000 }));
      expect(await repository.endUnseen(NOW - 60_000)).to.equal(3);
      const changes = (await repository.changedAfter(0, 10)).map(({ change }) => change);
      expect(new Set(changes).size).to.equal(3);
    });

    it('are cleared away after their days, pictures and all, but not while they go on', async () => {
      const old = { startedAt: NOW - 8 * DAY_MS, updatedAt: NOW };
      await repository.save(
        event('old', { ...old, endedAt: NOW - 8 * DAY_MS }),
        eventPicture(Buffer.from([1])),
      );
      await repository.save(event('long', old));
      await repository.save(event('new', { endedAt: NOW }));
      const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
      const events = createEvents({ store, retentionDays: 7, log, now: () => NOW });
      events.start();
      await waitFor(async () => (await idsOf()).length === 2);
      await events.close();
      expect(await idsOf()).to.deep.equal(['new', 'long']);
      expect(await store.db.selectFrom('event_snapshots').select('event_id').execute()).to.deep.equal([]);
    });
  });
});
