import { expect } from 'chai';
import { NewestSlot } from '#shared/client/newest-slot.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Runs after the tasks that slots have planned. */
function aTurnLater(): Promise<void> {
  return new Promise((resolve) => new NewestSlot<void>(() => resolve()).offer());
}

describe('A newest-only slot', () => {
  it('gives a consumer that takes its time the newest item and skips those between', async () => {
    const taken: number[] = [];
    const waiting: (() => void)[] = [];
    const slot = new NewestSlot<number>((item) => {
      taken.push(item);
      return new Promise<void>((resolve) => waiting.push(resolve));
    });
    slot.offer(1);
    await waitFor(() => taken.length === 1);
    for (const item of [2, 3, 4]) slot.offer(item);
    await aTurnLater();
    expect(taken).to.deep.equal([1]);
    waiting[0]?.();
    await waitFor(() => taken.length === 2);
    expect(taken).to.deep.equal([1, 4]);
    expect(slot.skipped).to.equal(2);
    waiting[1]?.();
  });

  it('skips what piled up in one go, as after a consumer that blocked the thread', async () => {
    const taken: number[] = [];
    const slot = new NewestSlot<number>((item) => taken.push(item));
    for (const item of [1, 2, 3]) slot.offer(item);
    await waitFor(() => taken.length > 0);
    expect(taken).to.deep.equal([3]);
  });

  it('forgets what waits when cleared', async () => {
    const taken: number[] = [];
    const slot = new NewestSlot<number>((item) => taken.push(item));
    slot.offer(1);
    slot.clear();
    slot.offer(2);
    await waitFor(() => taken.length > 0);
    expect(taken).to.deep.equal([2]);
  });
});
