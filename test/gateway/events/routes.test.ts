import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import type { PicturedObject } from '../../../gateway/events/event.ts';
import { createEvents, type Events } from '../../../gateway/events/events.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { eventPicture } from '../../support/event-picture.ts';
import { getJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf, serve, stop } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const AT = Date.UTC(2027, 0, 2, 3, 4, 5);
const redactor = new Redactor();
const log = createLogger({ name: 'test', level: 'silent', redactor });

describe('The routes of events', () => {
  onEveryEngine((open, engine) => {
    let store: Store;
    let events: Events;
    let server: Server;
    let origin: string;
    const streams: AbortController[] = [];

    beforeEach(async () => {
      store = await open();
      events = createEvents({ store, retentionDays: 7, log });
      const app = express();
      app.use(mounted(events.routes));
      app.use(problemHandler({ log, redactor }));
      server = await serve(app);
      origin = `${originOf(server)}/api/events`;
    });

    afterEach(async () => {
      for (const stream of streams.splice(0)) stream.abort();
      await events.close();
      stop(server);
    });

    const record = (change: object = {}) =>
      events.eventLog.record({
        cameraId: '1',
        kind: 'watch',
        label: 'gate is open',
        score: null,
        startedAt: AT,
        data: { answer: 'yes' },
        ...change,
      });

    /** Messages of a live stream. */
    async function listen(query = '', headers: Record<string, string> = {}) {
      const aborter = new AbortController();
      streams.push(aborter);
      const response = await fetch(`${origin}/stream${query}`, { headers, signal: aborter.signal });
      let text = '';
      const reader = async () => {
        for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
      };
      void reader().catch(() => {});
      await waitFor(() => text.includes('\n\n'));
      const parse = (block: string) => ({
        id: /^id: (\d+)$/m.exec(block)?.[1],
        event: /^event: (\w+)$/m.exec(block)?.[1],
        data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'),
      });
      return {
        first: () => /^id: (\d+)$/m.exec(text)?.[1],
        messages: () =>
          text
            .split('\n\n')
            .filter((block) => block.includes('data:'))
            .map(parse),
      };
    }

    it('list what was recorded, whole', async () => {
      const object = { label: 'van', score: 0.7, box: [0.1, 0.2, 0.3, 0.4] as PicturedObject['box'] };
      const picture = eventPicture(Buffer.from('JPEG'), [object], AT);
      const id = await record({ picture, zones: ['Gate'] });
      const pictureAs = (name: string) => ({
        url: `/api/events/${id}/snapshot?picture=${name}`,
        takenAt: '2027-01-02T03:04:05.000Z',
        objects: [object],
      });
      const { body, status } = await getJson(origin);
      expect(status).to.equal(200);
      expect(body).to.deep.equal({
        nextCursor: null,
        events: [
          {
            id,
            cameraId: '1',
            kind: 'watch',
            label: 'gate is open',
            score: null,
            state: 'ended',
            startedAt: '2027-01-02T03:04:05.000Z',
            updatedAt: '2027-01-02T03:04:05.000Z',
            endedAt: '2027-01-02T03:04:05.000Z',
            durationMs: 0,
            zones: ['Gate'],
            snapshotUrl: `/api/events/${id}/snapshot`,
            pictures: { first: pictureAs('first'), best: pictureAs('best') },
            clipUrl: null,
            data: { answer: 'yes' },
          },
        ],
      });
      expect((await getJson(`${origin}/${id}`)).body.id).to.equal(id);
      const snapshot = await fetch(`${origin}/${id}/snapshot`);
      expect(snapshot.headers.get('content-type')).to.equal('image/jpeg');
      expect(await snapshot.text()).to.equal('JPEG');
    });

    it('give their first and their best picture', async () => {
      const times = { startedAt: AT, updatedAt: AT, endedAt: null };
      const live = {
        id: 'e1',
        cameraId: '1',
        kind: 'person',
        label: 'person',
        score: 0.5,
        data: {},
        ...times,
      };
      await events.eventLog.observe(live, eventPicture(Buffer.from('FIRST')));
      await events.eventLog.observe(live, eventPicture(Buffer.from('BEST')));
      const pictureOf = async (query: string) => (await fetch(`${origin}/e1/snapshot${query}`)).text();
      expect(await pictureOf('')).to.equal('BEST');
      expect(await pictureOf('?picture=best')).to.equal('BEST');
      expect(await pictureOf('?picture=first')).to.equal('FIRST');
      const { status, body } = await getJson(`${origin}/e1/snapshot?picture=last`);
      expect([status, body.field]).to.deep.equal([400, 'picture']);
    });

    it('are listed and told by zone', async () => {
      const stream = await listen('?zone=Gate');
      await record({ zones: ['Street'] });
      const id = await record({ zones: ['Street', 'Gate'] });
      const { body } = await getJson(`${origin}?zone=Gate`);
      expect(body.events.map((event: { id: string }) => event.id)).to.deep.equal([id]);
      await waitFor(() => stream.messages().length > 0);
      expect(stream.messages().map(({ data }) => data.id)).to.deep.equal([id]);
    });

    it('page by page', async () => {
      const ids = [await record(), await record(), await record()];
      const first = (await getJson(`${origin}?limit=2`)).body;
      const second = (await getJson(`${origin}?limit=2&cursor=${first.nextCursor}`)).body;
      const listed = [...first.events, ...second.events].map(({ id }: { id: string }) => id);
      expect(listed).to.deep.equal(ids.toReversed());
      expect(second.nextCursor).to.equal(null);
    });

    it('take times as Unix seconds and as ISO 8601', async () => {
      const id = await record();
      for (const since of [String(AT / 1000), '2027-01-02T03:04:05Z']) {
        const { body } = await getJson(`${origin}?since=${since}&until=2028-01-01`);
        expect(body.events.map((event: { id: string }) => event.id)).to.deep.equal([id]);
        expect((await getJson(`${origin}?until=${since}`)).body.events).to.deep.equal([]);
      }
    });

    it('name what is wrong with a query, and what is not there', async () => {
      for (const [query, field] of [
        ['?since=tomorrow', 'since'],
        ['?limit=0', 'limit'],
        ['?cursor=x', 'cursor'],
        ['?state=closed', 'state'],
      ]) {
        const { status, body } = await getJson(`${origin}${query}`);
        expect([status, body.field]).to.deep.equal([400, field]);
      }
      for (const path of ['/unknown', '/unknown/snapshot']) {
        const { status, body } = await getJson(`${origin}${path}`);
        expect([status, body.code]).to.deep.equal([404, 'event-not-found']);
      }
    });

    it('stream start, update and end, filtered as requested', async () => {
      const stream = await listen('?cameraId=1');
      const live = {
        id: 'live',
        cameraId: '1',
        kind: 'person',
        label: 'person',
        score: 0.7,
        startedAt: AT,
        updatedAt: AT,
        endedAt: null,
        data: {},
      };
      await record({ cameraId: '2' });
      await events.eventLog.observe(live);
      await waitFor(() => stream.messages().length === 1);
      await events.eventLog.observe({ ...live, score: 0.9 });
      await waitFor(() => stream.messages().length === 2);
      await events.eventLog.observe({ ...live, endedAt: AT + 1500 });
      await waitFor(() => stream.messages().length === 3);
      expect(stream.messages().map(({ event }) => event)).to.deep.equal(['start', 'update', 'end']);
      expect(stream.messages()[2]?.data).to.include({ type: 'end', id: 'live', durationMs: 1500 });
    });

    it('go on where a client was that comes back', async () => {
      await record({ label: 'before' });
      const stream = await listen();
      const lastEventId = stream.first() as string;
      await record({ label: 'meanwhile' });
      await waitFor(() => stream.messages().length === 1);
      for (const again of [
        await listen('', { 'Last-Event-ID': lastEventId }),
        await listen(`?lastEventId=${lastEventId}`),
      ]) {
        await waitFor(() => again.messages().length === 1);
        expect(again.messages()[0]?.data.label).to.equal('meanwhile');
      }
    });

    it('stream events that another gateway on the same database recorded', async () => {
      const other = createEvents({ store, retentionDays: 7, log });
      events.start();
      const stream = await listen();
      await other.eventLog.record({
        cameraId: '9',
        kind: 'watch',
        label: 'there',
        score: 1,
        startedAt: Date.now(),
        data: {},
      });
      await waitFor(() => stream.messages().length === 1);
      expect(stream.messages()[0]?.data.cameraId).to.equal('9');
    });

    // SQLite is for one gateway.
    if (engine === 'postgres')
      it('stream each event once that another gateway stores, also one whose clock is behind', async () => {
        const behind = createEvents({ store, retentionDays: 7, log, now: () => Date.now() - 5000 });
        const tell = (at: Events, label: string) =>
          at.eventLog.record({
            ...{ cameraId: '9', kind: 'watch', label, score: 1, startedAt: Date.now(), data: {} },
          });
        events.start();
        await tell(behind, 'before');
        const stream = await listen();
        const labels = () => stream.messages().map(({ data }) => data.label);
        await tell(events, 'first');
        await waitFor(() => labels().length === 1);
        await tell(behind, 'late');
        await waitFor(() => labels().length === 2);
        await tell(events, 'last');
        await waitFor(() => labels().length === 3);
        expect(labels()).to.deep.equal(['first', 'late', 'last']);
        const ids = stream.messages().map(({ id }) => Number(id));
        for (const updatedAt of [Date.now(), Date.now() + 1])
          await behind.eventLog.observe({
            ...{ id: 'quick', cameraId: '9', kind: 'motion', label: 'quick', score: 1, data: {} },
            ...{ startedAt: Date.now(), updatedAt, endedAt: null },
          });
        await waitFor(() => labels().includes('quick'));
        const told = stream.messages().filter(({ data }) => data.label === 'quick');
        expect(told[0]?.event, 'the first that is told of it').to.equal('start');
        expect(ids, 'where to go on').to.deep.equal(ids.toSorted((a, b) => a - b));
      });
  });
});
