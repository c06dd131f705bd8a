import { expect } from 'chai';
import { Succession } from '../../../gateway/supervisor/succession.ts';
import type { EndReason, LifeResult } from '../../../gateway/supervisor/worker-life.ts';
import { RESTART_TIMINGS, SLOT_TIMINGS } from '../../../gateway/supervisor/worker-spec.ts';

describe('Succession', () => {
  let moves: number;
  let succession: Succession;

  beforeEach(() => {
    moves = 0;
    succession = new Succession({ restart: RESTART_TIMINGS, timings: SLOT_TIMINGS }, () => {
      moves += 1;
    });
  });

  function end(reason: EndReason, code: number | null = 0): LifeResult {
    return { reason, exit: { code, signal: null }, readyMs: 0, drained: Promise.resolve() };
  }

  it('takes every end for a failure that nobody ordered, whatever its code', () => {
    for (const code of [0, 1, 70, null]) {
      succession.reset();
      expect(succession.after(end('exit', code))).to.deep.equal({ delayMs: 250, hasFailed: false });
    }
  });

  it('takes a start in vain, and silence, for failures', () => {
    expect(succession.after(end('start-timeout'))?.delayMs).to.equal(250);
    expect(succession.after(end('liveness'))?.delayMs).to.be.within(750, 1250);
  });

  it('lets the next one follow at once after a restart or a recycling, without counting a failure', () => {
    expect(succession.after(end('restart'))).to.equal(undefined);
    expect(succession.after(end('recycle', 1))).to.equal(undefined);
    expect(succession.recycles).to.equal(1);
    expect(succession.after(end('exit'))?.delayMs).to.equal(250);
  });

  it('allows one recycling in ten minutes', () => {
    expect(succession.mayRecycle()).to.equal(true);
    succession.after(end('recycle'));
    expect(succession.mayRecycle()).to.equal(false);
  });

  it('F23: tries three further ports at once, then more with waits between them', () => {
    const waits = Array.from({ length: 5 }, () => succession.after(end('exit', 75))?.delayMs);
    expect(waits.slice(0, 4)).to.deep.equal([undefined, undefined, undefined, 250]);
    expect(waits[4]).to.be.within(750, 1250);
    expect(moves).to.equal(5);
    expect(succession.quickMoves).to.equal(3);
  });

  it('F23: tries at once again after the worker was ready', () => {
    for (let count = 0; count < 4; count += 1) succession.after(end('exit', 75));
    succession.onReady();
    expect(succession.after(end('exit', 75))).to.equal(undefined);
  });

  it('F7: fails for good after wrong settings', () => {
    expect(succession.after(end('exit', 78))).to.deep.equal({ delayMs: 60_000, hasFailed: true });
  });
});
