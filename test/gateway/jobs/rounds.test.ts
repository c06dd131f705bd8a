import { expect } from 'chai';
import { Rounds } from '../../../gateway/jobs/rounds.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ManualClock } from './manual-clock.ts';

describe('Rounds', () => {
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

  function create(random = 0.5): Rounds {
    return new Rounds({
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
      clock,
      random: () => random,
    });
  }

  const isResting = () => waitFor(() => clock.waiting === 1);

  it('begin at once, and again when the pause after the last one is over', async () => {
    const rounds = create();
    rounds.start();
    expect(begun).to.equal(1);
    clock.advance(5000);
    expect(begun).to.equal(1);
    finish();
    await isResting();
    clock.advance(999);
    expect(begun).to.equal(1);
    clock.advance(1);
    expect(begun).to.equal(2);
    await rounds.close();
  });

  it('vary their pauses', async () => {
    const rounds = create(0);
    rounds.start();
    finish();
    await isResting();
    clock.advance(899);
    expect(begun).to.equal(1);
    clock.advance(1);
    expect(begun).to.equal(2);
    await rounds.close();
  });

  it('never overlap: whoever asks meanwhile gets one more afterwards', async () => {
    const rounds = create();
    rounds.start();
    for (let times = 0; times < 3; times += 1) rounds.kick();
    expect(begun).to.equal(1);
    finish();
    await waitFor(() => begun === 2);
    finish();
    await isResting();
    expect(begun).to.equal(2);
    await rounds.close();
  });

  it('begin early when kicked, without an extra one later', async () => {
    const rounds = create();
    rounds.start();
    finish();
    await isResting();
    rounds.kick();
    expect([begun, clock.waiting]).to.deep.equal([2, 0]);
    await rounds.close();
  });

  it('go on after a failure', async () => {
    const rounds = create();
    rounds.start();
    failWith = new Error('no');
    finish();
    await isResting();
    expect(errors).to.deep.equal([failWith]);
    clock.advance(1000);
    expect(begun).to.equal(2);
    await rounds.close();
  });

  it('are cut short by close, which is no failure, and do not come back', async () => {
    const rounds = create();
    rounds.start();
    failWith = new Error('aborted');
    await rounds.close();
    expect(signals[0]?.aborted).to.equal(true);
    rounds.kick();
    clock.advance(10_000);
    expect([begun, errors, clock.waiting]).to.deep.equal([1, [], 0]);
  });
});
