import { expect } from 'chai';
import { Lease } from '../../../workers/host/lease.ts';
import { thrown } from '../../support/errors.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('The lease of a worker', () => {
  let now: number;
  let lapses: number;
  let lease: Lease;

  function open(isRequired = true): Lease {
    return new Lease({ isRequired, onLapse: () => (lapses += 1), now: () => now });
  }

  beforeEach(() => {
    now = 1000;
    lapses = 0;
    lease = open();
  });

  afterEach(() => lease.close());

  /** Renews as a gateway does that knows the last answer. */
  function hold(term = 1): void {
    const { clock } = lease.renew({ term, since: null, ttlMs: 6000 });
    lease.renew({ term, since: clock, ttlMs: 6000 });
  }

  it('begins with the second renewal, which names the clock of the first answer', () => {
    const first = lease.renew({ term: 1, since: null, ttlMs: 6000 });
    expect(first).to.deep.equal({ clock: 1000, isHeld: false, lapses: 0 });
    expect(lease.renew({ term: 1, since: first.clock, ttlMs: 6000 }).isHeld).to.equal(true);
  });

  it('lets orders pass only while it is held, and only of the newest term', () => {
    expect(thrown(() => lease.expect(1)).code).to.equal('stale-order');
    hold(2);
    lease.expect(2);
    expect(thrown(() => lease.expect(1)).code).to.equal('stale-order');
    expect(thrown(() => lease.expect(undefined)).code).to.equal('stale-order');
  });

  it('tells its keeper of the end, and is handed over when that had time to act', async () => {
    hold();
    let isOver = false;
    const handedOver = lease.handOver().then(() => (isOver = true));
    const told = lease.renew({ term: 1, since: now, ttlMs: 6000 });
    expect(told).to.include({ isHeld: true, isEnding: true });
    await new Promise(setImmediate);
    expect(isOver).to.equal(false);
    lease.renew({ term: 1, since: now, ttlMs: 6000 });
    await handedOver;
  });

  it('is handed over without a keeper too', async () => {
    await lease.handOver();
    hold();
    await lease.handOver(1);
  });

  it('refuses renewals of an earlier term', () => {
    hold(2);
    expect(thrown(() => lease.renew({ term: 1, since: 1000, ttlMs: 6000 })).code).to.equal('stale-order');
  });

  it('passes on to the next keeper without a lapse', () => {
    hold(1);
    lease.renew({ term: 2, since: null, ttlMs: 6000 });
    lease.expect(2);
    expect(lapses).to.equal(0);
  });

  it('gives everything up when it is over', async () => {
    const { clock } = lease.renew({ term: 1, since: null, ttlMs: 20 });
    lease.renew({ term: 1, since: clock, ttlMs: 20 });
    now += 20;
    await waitFor(() => lapses === 1);
    expect(thrown(() => lease.expect(1)).code).to.equal('stale-order');
  });

  it('gives everything up before it reads what came while the process was frozen', () => {
    hold();
    now += 60_000;
    const late = lease.renew({ term: 1, since: 1000, ttlMs: 6000 });
    expect(late).to.deep.equal({ clock: 61_000, isHeld: false, lapses: 1 });
    expect(lapses).to.equal(1);
  });

  it('needs none where a gateway started the worker, until a gateway renews it', () => {
    lease = open(false);
    lease.expect(undefined);
    hold();
    expect(thrown(() => lease.expect(undefined)).code).to.equal('stale-order');
  });
});
