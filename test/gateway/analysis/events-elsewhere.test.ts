import { expect } from 'chai';
import type { EventUpdate } from '#shared/detections.ts';
import { EventsElsewhere } from '../../../gateway/analysis/events-elsewhere.ts';
import type { EventRow } from '../../../gateway/store/database.ts';

const AT = Date.parse('2026-11-30T12:00:00Z');

describe('Events of other gateways', () => {
  let isWanted: boolean;
  let told: EventUpdate[];
  let elsewhere: EventsElsewhere;

  beforeEach(() => {
    isWanted = true;
    told = [];
    elsewhere = new EventsElsewhere({ isWanted: () => isWanted, notify: (update) => told.push(update) });
  });

  const take = (change: Partial<EventRow> = {}): void =>
    elsewhere.take({
      ...{ id: 'e1', camera_id: 'gate', kind: 'motion', label: 'motion', score: 0.5, zones: '["path"]' },
      ...{ started_at: AT, updated_at: AT, ended_at: null, data: '{}' },
      ...change,
    } as EventRow);
  const changes = () => told.map(({ id, change }) => `${id} ${change}`);

  it('are told as those of this one: start, updates, end', () => {
    take();
    take({ updated_at: AT + 1000 });
    take({ updated_at: AT + 2000, ended_at: AT + 2000 });
    expect(changes()).to.deep.equal(['e1 start', 'e1 update', 'e1 end']);
    expect(told[0]).to.deep.equal({
      ...{ type: 'event', change: 'start', id: 'e1', cameraId: 'gate', kind: 'motion', label: 'motion' },
      ...{ score: 0.5, zones: ['path'], endedAt: null },
      ...{ startedAt: '2026-11-30T12:00:00.000Z', updatedAt: '2026-11-30T12:00:00.000Z' },
    });
  });

  it('are not told where this one saw them', () => {
    elsewhere.onOwn('e1');
    take();
    take({ ended_at: AT });
    expect(told).to.deep.equal([]);
  });

  it('are not told that began and ended before a client came', () => {
    take({ ended_at: AT });
    expect(told).to.deep.equal([]);
  });

  it('begin anew for the next client', () => {
    take();
    isWanted = false;
    expect(elsewhere.isWanted).to.equal(false);
    isWanted = true;
    take({ updated_at: AT + 5000 });
    expect(changes()).to.deep.equal(['e1 start', 'e1 start']);
  });

  it('leave out what cameras and watches tell', () => {
    take({ data: '{"source":"camera"}' });
    take({ kind: 'watch' });
    expect(told).to.deep.equal([]);
  });

  it('are told apart from the last thousand of this one', () => {
    for (let n = 0; n <= 1000; n += 1) elsewhere.onOwn(`own ${n}`);
    take({ id: 'own 1' });
    take({ id: 'own 1000' });
    expect(told).to.deep.equal([]);
    take({ id: 'own 0' });
    expect(changes()).to.deep.equal(['own 0 start']);
  });
});
