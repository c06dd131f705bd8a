import { expect } from 'chai';
import { RestartBookkeeper } from '../../../gateway/supervisor/restart-bookkeeper.ts';
import type { LifeResult } from '../../../gateway/supervisor/worker-life.ts';
import { RESTART_TIMINGS, SLOT_TIMINGS } from '../../../gateway/supervisor/worker-spec.ts';
import type { EndReason } from '../../../gateway/supervisor/worker-status.ts';

describe('RestartBookkeeper', () => {
  let moves: number;
  let bookkeeper: RestartBookkeeper;

  beforeEach(() => {
    moves = 0;
    bookkeeper = new RestartBookkeeper({ restart: RESTART_TIMINGS, timings: SLOT_TIMINGS }, () => {
      moves += 1;
    });
  });

  function end(reason: EndReason, code: number | null = 0): LifeResult {
    return { reason, exit: { code, signal: null }, readyMs: 0, suspects: [], drained: Promise.resolve() };
  }

  it('counts every exit that was not ordered as a failure, with any exit code', () => {
    for (const code of [0, 1, 70, null]) {
      bookkeeper.reset();
      expect(bookkeeper.after(end('exit', code))).to.deep.equal({ delayMs: 250, hasFailed: false });
    }
  });

  it('counts a failed start and failed liveness as failures', () => {
    expect(bookkeeper.after(end('start-timeout'))?.delayMs).to.equal(250);
    expect(bookkeeper.after(end('liveness'))?.delayMs).to.be.within(750, 1250);
  });

  it('restarts immediately after a restart order or a recycling, without counting a failure', () => {
    expect(bookkeeper.after(end('restart'))).to.equal(undefined);
    expect(bookkeeper.after(end('recycle', 1))).to.equal(undefined);
    expect(bookkeeper.recycles).to.equal(1);
    expect(bookkeeper.after(end('exit'))?.delayMs).to.equal(250);
  });

  it('allows one recycling in ten minutes', () => {
    expect(bookkeeper.mayRecycle()).to.equal(true);
    bookkeeper.after(end('recycle'));
    expect(bookkeeper.mayRecycle()).to.equal(false);
  });

  it('F23: tries three further ports without delay, then more with delays', () => {
    const waits = Array.from({ length: 5 }, () => bookkeeper.after(end('exit', 75))?.delayMs);
    expect(waits.slice(0, 4)).to.deep.equal([undefined, undefined, undefined, 250]);
    expect(waits[4]).to.be.within(750, 1250);
    expect(moves).to.equal(5);
    expect(bookkeeper.quickMoves).to.equal(3);
  });

  it('F23: tries without delay again after the worker was ready', () => {
    for (let count = 0; count < 4; count += 1) bookkeeper.after(end('exit', 75));
    bookkeeper.onReady();
    expect(bookkeeper.after(end('exit', 75))).to.equal(undefined);
  });
});
