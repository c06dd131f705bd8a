import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { QUARANTINE_TIMINGS, Quarantine } from '../../../gateway/worker-access/quarantine.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { waitFor } from '../../support/wait-for.ts';

const APART = ['quarantine-0', 'quarantine-1'];

describe('Quarantine', () => {
  let pool: FakePool;
  let known: Set<string>;
  let change: () => void;
  let routing: CameraRouting;
  let quarantine: Quarantine;
  let lines: Record<string, unknown>[];

  const open = (timings = QUARANTINE_TIMINGS): void => {
    pool = new FakePool(['rtsp-0'], { optional: APART });
    known = new Set(['good', 'bad', 'worse', 'worst']);
    const directory = {
      has: (id: string) => known.has(id),
      isLoaded: true,
      weights: () => [...known].map((id) => ({ id, weight: 1 })),
      onChange: (listener: () => void) => {
        change = listener;
        return () => {};
      },
    };
    routing = new CameraRouting({ directory, pool, workers: ['rtsp-0'], apart: APART });
    lines = [];
    const write = (line: string): void => void lines.push(JSON.parse(line));
    const log = createLogger({ name: 'gateway', level: 'info', redactor: new Redactor(), write });
    quarantine = new Quarantine({ pool, routing, directory, workers: APART, log, timings });
    quarantine.start();
  };
  beforeEach(() => open());
  afterEach(() => quarantine.close());

  const breakOver = (...suspects: string[]): void =>
    pool.breakDown({ name: 'rtsp-0', reason: 'liveness', suspects });

  it('leaves a camera where it is after one fault', () => {
    breakOver('bad');
    expect([routing.nameOf('bad'), pool.started]).to.deep.equal(['rtsp-0', []]);
  });

  it('moves a camera to a worker of its own after two faults, and no other camera', () => {
    breakOver('bad', 'good');
    breakOver('bad');
    expect(pool.started).to.deep.equal(['quarantine-0']);
    expect([routing.nameOf('bad'), routing.nameOf('good')]).to.deep.equal(['quarantine-0', 'rtsp-0']);
    const [listed] = quarantine.list();
    expect(listed).to.include({ cameraId: 'bad', worker: 'quarantine-0', reason: 'liveness', faults: 2 });
    expect(lines.at(-1)).to.include({ cameraId: 'bad', code: 'camera-quarantined' });
  });

  it('gives each its own worker as long as there is one', () => {
    for (const id of ['bad', 'worse', 'worst']) {
      breakOver(id);
      breakOver(id);
    }
    expect(['bad', 'worse', 'worst'].map((id) => routing.nameOf(id))).to.deep.equal([...APART, APART[0]]);
  });

  it('passes over what is no camera of the gateway', () => {
    breakOver('trial');
    breakOver('trial');
    expect(pool.started).to.deep.equal([]);
  });

  it('sends a camera back that behaved, and puts it apart again after one more fault', async () => {
    await quarantine.close();
    open({ ...QUARANTINE_TIMINGS, holdMs: 50, checkMs: 10 });
    breakOver('bad');
    breakOver('bad');
    await waitFor(() => quarantine.list().length === 0);
    expect([routing.nameOf('bad'), pool.started]).to.deep.equal(['rtsp-0', []]);
    breakOver('bad');
    expect(routing.nameOf('bad')).to.equal('quarantine-0');
  });

  it('counts faults of a camera that is apart', () => {
    breakOver('bad');
    breakOver('bad');
    pool.breakDown({ name: 'quarantine-0', reason: 'memory', suspects: ['bad'] });
    expect(quarantine.list()[0]).to.include({ faults: 3, reason: 'memory', worker: 'quarantine-0' });
  });

  it('ends with the camera', () => {
    breakOver('bad');
    breakOver('bad');
    known.delete('bad');
    change();
    expect([quarantine.list(), pool.started]).to.deep.equal([[], []]);
  });
});
