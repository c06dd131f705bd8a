import { expect } from 'chai';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { SegmentRepository } from '../../../gateway/recordings/segment-repository.ts';
import type { Store } from '../../../gateway/store/store.ts';
import type { Begins } from '../../../shared/contract/recording.ts';
import { joinSpans } from '../../../shared/recordings/join-spans.ts';
import { onEveryEngine } from '../../support/stores.ts';

const START = 1_800_000_000_000;
const ALWAYS = [0, Number.MAX_SAFE_INTEGER] as const;

describe('Stored segments of recordings', () => {
  onEveryEngine((open) => {
    let store: Store;
    let segments: SegmentRepository;

    beforeEach(async () => {
      store = await open();
      segments = new SegmentRepository(store);
    });

    /** Times in seconds. */
    const save = (from: number, to: number, begins: Begins = 'continues', cameraId = 'yard') =>
      segments.save(
        {
          ...{ cameraId, file: `${from}-${to}.mp4`, begins, codecs: 'avc1.64001f', bytes: 10, parts: [] },
          ...{ startedAt: START + 1000 * from, endedAt: START + 1000 * to },
        },
        START + 9_000_000,
      );
    const spans = async (from: number = ALWAYS[0], to: number = ALWAYS[1]) =>
      joinSpans(await segments.spans('yard', from, to)).map(({ begins, startedAt, endedAt, bytes }) => [
        ...[begins, (startedAt - START) / 1000, (endedAt - START) / 1000, bytes],
      ]);

    it('make spans where one follows another, without those of other cameras', async () => {
      await save(0, 60, 'restarted');
      await save(60, 120);
      await save(121, 180, 'format-changed');
      await save(300, 360, 'reconnected');
      await save(360, 400);
      // What was between was removed.
      await save(500, 560);
      await save(560, 600, 'restarted');
      await save(180, 300, 'continues', 'door');
      expect(await spans()).to.deep.equal([
        ['restarted', 0, 180, 30],
        ['reconnected', 300, 400, 20],
        ['continues', 500, 560, 10],
        ['restarted', 560, 600, 10],
      ]);
    });

    it('are told of a time that they overlap', async () => {
      for (const from of [0, 60, 120, 180]) await save(from, from + 60);
      expect(await spans(START + 60_000, START + 120_001)).to.deep.equal([['continues', 60, 180, 20]]);
      expect(await spans(START + 240_000)).to.deep.equal([]);
    });

    it('keep the clip of an event while one of them has a part of it', async () => {
      await save(0, 60);
      await save(60, 120);
      // The clock was set back.
      await save(40, 45, 'clock-changed');
      const events = new EventRepository(store, { now: () => START });
      const clips = {
        within: [10, 20],
        after: [119, 150],
        late: [120, 130],
        before: [-9, 0],
        across: [50, 59],
      };
      for (const [id, [from = 0, to = 0]] of Object.entries(clips)) {
        await events.save({
          ...{ id, cameraId: 'yard', kind: 'motion', label: 'motion', score: 1, data: {} },
          ...{ startedAt: START, updatedAt: START, endedAt: START },
        });
        await segments.saveClip(id, { from: START + 1000 * from, to: START + 1000 * to });
      }
      await segments.dropEmptyClips(START + 1_000_000);
      const rows = await store.db
        .selectFrom('events')
        .select('id')
        .where('clip_to', 'is not', null)
        .execute();
      expect(rows.map(({ id }) => id).sort()).to.deep.equal(['across', 'after', 'within']);
    });

    it('are not over while the longest clip that can be set needs them', async () => {
      await save(0, 10);
      await save(10, 20);
      await save(241, 250);
      const events = new EventRepository(store, { now: () => START });
      const clips = { longest: [9, 241], sooner: [-240, 0], later: [250, 490] };
      for (const [id, [from = 0, to = 0]] of Object.entries(clips)) {
        await events.save({
          ...{ id, cameraId: 'yard', kind: 'motion', label: 'motion', score: 1, data: {} },
          ...{ startedAt: START, updatedAt: START, endedAt: START },
        });
        await segments.saveClip(id, { from: START + 1000 * from, to: START + 1000 * to });
      }
      const over = await segments.expired(START + 10_000_000, 10);
      expect(over.map(({ file }) => file)).to.deep.equal(['241-250.mp4']);
    });

    it('stay for another time from when their camera is told so', async () => {
      await save(0, 60);
      await segments.keepFor('yard', 1000);
      expect(await segments.expired(START + 61_001, 10)).to.have.length(1);
      expect(await segments.expired(START + 61_000, 10)).to.deep.equal([]);
    });
  });
});
