import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { MessageBox, StartDeadline } from '../../../gateway/supervisor/bring-up.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('StartDeadline', () => {
  function deadline({ startMs = 100, maxExtendMs = 300, lateMs = 10_000 } = {}) {
    const startedAt = performance.now();
    const run = { overAfterMs: 0, deadline: undefined as unknown as StartDeadline };
    run.deadline = new StartDeadline({ startMs, maxExtendMs, lateMs }, () => {
      run.overAfterMs = performance.now() - startedAt;
    });
    return run;
  }

  it('is over after the time', async () => {
    const run = deadline();
    await waitFor(() => run.overAfterMs);
    expect(run.overAfterMs).to.be.above(95);
  });

  it('is put off when the worker asks, but not beyond a bound', async () => {
    const run = deadline();
    run.deadline.extend(60_000);
    await waitFor(() => run.overAfterMs);
    expect(run.overAfterMs).to.be.within(395, 10_000);
  });

  it('is not brought forward by a worker that asks for little', async () => {
    const run = deadline();
    run.deadline.extend(1);
    await waitFor(() => run.overAfterMs);
    expect(run.overAfterMs).to.be.above(95);
  });

  it('is never over once it was cleared', async () => {
    const cleared = deadline();
    const other = deadline();
    cleared.deadline.clear();
    await waitFor(() => other.overAfterMs);
    expect(cleared.overAfterMs).to.equal(0);
  });

  it('F22: does not count time that we slept ourselves', async () => {
    const run = deadline({ startMs: 200, lateMs: 100 });
    const until = performance.now() + 600;
    while (performance.now() < until);
    // Lets the timer that is due run.
    await delay(0);
    expect(run.overAfterMs).to.equal(0);
    await waitFor(() => run.overAfterMs);
    expect(run.overAfterMs).to.be.above(795);
  });
});

describe('MessageBox', () => {
  it('finds the announcement among messages that mean nothing', async () => {
    const messages = new MessageBox();
    for (const nonsense of [undefined, null, 'ready', 7, { type: 'ready' }, { type: 'ready', port: 'x' }]) {
      messages.push(nonsense);
    }
    messages.push({ type: 'ready', port: 8082, details: { rtspPort: 8554 } });
    expect(await messages.ready).to.deep.equal({ type: 'ready', port: 8082, details: { rtspPort: 8554 } });
  });

  it('passes on a wish for time, unless it is too big', () => {
    const messages = new MessageBox();
    const received: number[] = [];
    messages.onExtend = (ms) => received.push(ms);
    messages.push({ type: 'extend', ms: 60_000 });
    messages.push({ type: 'extend', ms: 60_001 });
    expect(received).to.deep.equal([60_000]);
  });
});
