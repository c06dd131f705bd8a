import { expect } from 'chai';
import { PeriodicJob } from '../../shared/periodic-job.ts';
import { ManualClock } from '../gateway/jobs/manual-clock.ts';
import { waitFor } from '../support/wait-for.ts';

describe('PeriodicJob', () => {
  let clock: ManualClock;
  let begun: number;
  let finish: () => void;
  let failWith: Error | undefined;
  let errors: unknown[];
  let signals: AbortSignal[];

  beforeEach(() => {
    clock = new ManualClock();
    begun = 0;
    failWith = undefined;
    errors = [];
    signals = [];
  });

  function create(random = 0.5, timings: { firstMs?: number; retryMs?: number } = {}): PeriodicJob {
    return new PeriodicJob({
      run: async (signal) => {
        begun += 1;
        signals.push(signal);
        await new Promise<void>((resolve) => {
          finish = resolve;
          signal.addEventListener('abort', () => resolve());
        });
        if (failWith !== undefined) throw failWith;
      },
      onError: (error) => errors.push(error),
      everyMs: 1000,
      ...timings,
      clock,
      random: () => random,
    });
  }

  const isResting = () => waitFor(() => clock.waiting === 1);

  it('skips its work while another gateway has the turn, and goes on when it has it', async () => {
    let isOurs = false;
    const job = new PeriodicJob({
      run: () => {
        begun += 1;
      },
      turn: async () => isOurs,
      onError: (error) => errors.push(error),
      everyMs: 1000,
      clock,
    });
    job.start();
    await job.settled();
    expect(begun).to.equal(0);
    isOurs = true;
    job.runNow();
    await job.settled();
    expect([begun, errors]).to.deep.equal([1, []]);
    await job.close();
  });

  it('runs immediately, and again when the pause after the last one is over', async () => {
    const job = create();
    job.start();
    expect(begun).to.equal(1);
    clock.advance(5000);
    expect(begun).to.equal(1);
    finish();
    await isResting();
    clock.advance(999);
    expect(begun).to.equal(1);
    clock.advance(1);
    expect(begun).to.equal(2);
    await job.close();
  });

  it('varies its pauses', async () => {
    const job = create(0);
    job.start();
    finish();
    await isResting();
    clock.advance(899);
    expect(begun).to.equal(1);
    clock.advance(1);
    expect(begun).to.equal(2);
    await job.close();
  });

  it('never overlaps: requests during a run cause one more run afterwards', async () => {
    const job = create();
    job.start();
    for (let times = 0; times < 3; times += 1) job.runNow();
    expect(begun).to.equal(1);
    finish();
    await waitFor(() => begun === 2);
    finish();
    await isResting();
    expect(begun).to.equal(2);
    await job.close();
  });

  it('runs early when asked, without an extra run later', async () => {
    const job = create();
    job.start();
    finish();
    await isResting();
    job.runNow();
    expect([begun, clock.waiting]).to.deep.equal([2, 0]);
    await job.close();
  });

  it('runs after the delay that was asked for, and after the present run where one is under way', async () => {
    const job = create();
    job.start();
    job.runNow(50);
    finish();
    await isResting();
    clock.advance(49);
    expect(begun).to.equal(1);
    clock.advance(1);
    expect(begun).to.equal(2);
    finish();
    await job.settled();
    job.runNow(50);
    clock.advance(50);
    expect(begun).to.equal(3);
    await job.close();
  });

  it('waits before its first run where told so', async () => {
    const job = create(0.5, { firstMs: 300 });
    job.start();
    clock.advance(299);
    expect(begun).to.equal(0);
    clock.advance(1);
    expect(begun).to.equal(1);
    await job.close();
  });

  it('retries a failed run after a pause of its own where told so', async () => {
    const job = create(0.5, { retryMs: 100 });
    job.start();
    failWith = new Error('no');
    finish();
    await isResting();
    clock.advance(100);
    expect(begun).to.equal(2);
    await job.close();
  });

  it('goes on after a failure', async () => {
    const job = create();
    job.start();
    failWith = new Error('no');
    finish();
    await isResting();
    expect(errors).to.deep.equal([failWith]);
    clock.advance(1000);
    expect(begun).to.equal(2);
    await job.close();
  });

  it('is aborted by close, which is no failure, and does not come back', async () => {
    const job = create();
    job.start();
    failWith = new Error('aborted');
    await job.close();
    expect(signals[0]?.aborted).to.equal(true);
    job.runNow();
    clock.advance(10_000);
    expect([begun, errors, clock.waiting]).to.deep.equal([1, [], 0]);
  });
});
