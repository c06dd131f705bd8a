import { expect } from 'chai';
import { HeapTrimmer } from '#shared/heap.ts';

const MIB = 1024 * 1024;
const INTERVAL_MS = 15_000;

/** A process whose heap and processor time a test sets. */
function trimmed() {
  const state = { heap: 10 * MIB, cpu: 0, now: 0, collections: 0, heapAfter: 10 * MIB };
  const trimmer = new HeapTrimmer({
    heapBytes: () => state.heap,
    cpuMs: () => state.cpu,
    now: () => state.now,
    collect: () => {
      state.collections += 1;
      state.heap = state.heapAfter;
    },
  });
  const check = ({ busyMs }: { busyMs: number }): number => {
    state.now += INTERVAL_MS;
    state.cpu += busyMs;
    trimmer.check();
    return state.collections;
  };
  return { state, check };
}

describe('The heap trimmer', () => {
  it('collects once after the start, when the process has become quiet', () => {
    const { check } = trimmed();
    expect(check({ busyMs: 9000 })).to.equal(0);
    expect(check({ busyMs: 100 })).to.equal(1);
    expect(check({ busyMs: 100 })).to.equal(1);
  });

  it('collects again when the heap has grown by several megabytes', () => {
    const { state, check } = trimmed();
    check({ busyMs: 0 });
    state.heap = 12 * MIB;
    expect(check({ busyMs: 0 })).to.equal(1);
    state.heap = 20 * MIB;
    expect(check({ busyMs: 0 })).to.equal(2);
  });

  it('waits while the process is busy', () => {
    const { state, check } = trimmed();
    check({ busyMs: 0 });
    state.heap = 100 * MIB;
    expect(check({ busyMs: 8000 })).to.equal(1);
    expect(check({ busyMs: 0 })).to.equal(2);
  });
});
