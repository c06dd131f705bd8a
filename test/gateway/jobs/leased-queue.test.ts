import { expect } from 'chai';
import { LeasedQueue, type LeasedQueueOptions } from '../../../gateway/jobs/leased-queue.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('LeasedQueue', () => {
  let waiting: string[];
  let settled: string[];
  let signals: Map<string, AbortSignal>;
  let limits: number[];
  let failWith: Error | undefined;
  let retries: number[];
  let finish: Map<string, () => void>;
  let queue: LeasedQueue<string, string>;

  beforeEach(() => {
    [waiting, settled, limits, retries] = [[], [], [], []];
    [signals, finish] = [new Map(), new Map()];
    failWith = undefined;
    queue = create();
  });
  afterEach(() => queue.close(0));

  function create(options: Partial<LeasedQueueOptions<string, string>> = {}): LeasedQueue<string, string> {
    return new LeasedQueue({
      take: async (limit) => {
        limits.push(limit);
        if (failWith !== undefined) throw failWith;
        return { items: waiting.splice(0, limit), nextDueAt: undefined };
      },
      attempt: (item, signal) =>
        new Promise((resolve) => {
          signals.set(item, signal);
          finish.set(item, () => resolve('done'));
          const giveBack = (): void => resolve('given back');
          signal.addEventListener('abort', giveBack);
          if (signal.aborted) giveBack();
        }),
      settle: (item, outcome) => void settled.push(`${item} ${outcome}`),
      onError: (_error, retryMs) => retries.push(retryMs),
      concurrency: 2,
      pollMs: 60_000,
      firstBackoffMs: 1,
      ...options,
    });
  }

  it('takes as many items as may be under way, and the next when one is settled', async () => {
    waiting = ['a', 'b', 'c'];
    queue.start();
    await waitFor(() => signals.size === 2);
    expect(waiting).to.deep.equal(['c']);
    finish.get('a')?.();
    await waitFor(() => signals.has('c'));
    expect(settled).to.deep.equal(['a done']);
  });

  it('looks again when woken', async () => {
    queue.start();
    await waitFor(() => limits.length === 1);
    waiting = ['a'];
    queue.wake();
    await waitFor(() => signals.has('a'));
  });

  it('looks again when the next item is due', async () => {
    queue = create({
      take: async () => ({ items: waiting.splice(0), nextDueAt: Date.now() + 5 }),
    });
    queue.start();
    waiting = ['a'];
    await waitFor(() => signals.has('a'));
  });

  it('backs off while the store fails, and is not woken before', async () => {
    failWith = new Error('away');
    queue.start();
    queue.wake();
    await waitFor(() => retries.length >= 4);
    expect(retries.slice(0, 4)).to.deep.equal([1, 2, 4, 8]);
    failWith = undefined;
    waiting = ['a'];
    await waitFor(() => signals.has('a'));
  });

  it('aborts items under way when closed, and settles them', async () => {
    waiting = ['a', 'b'];
    queue.start();
    await waitFor(() => signals.size === 2);
    await queue.close();
    expect(settled).to.deep.equal(['a given back', 'b given back']);
  });

  it('waits for items under way where it is closed with a grace', async () => {
    waiting = ['a'];
    queue.start();
    await waitFor(() => signals.has('a'));
    const closed = queue.close(60_000);
    finish.get('a')?.();
    await closed;
    expect(settled).to.deep.equal(['a done']);
  });

  it('closed with a grace, does not wait longer for a store that hangs', async () => {
    queue = create({ take: () => new Promise(() => {}) });
    queue.start();
    await queue.close(1);
  });

  it('gives back what it took while closing', async () => {
    let answer: () => void = () => {};
    queue = create({
      take: () =>
        new Promise((resolve) => {
          answer = () => resolve({ items: ['a'], nextDueAt: undefined });
        }),
    });
    queue.start();
    const closed = queue.close();
    answer();
    await closed;
    expect(settled).to.deep.equal(['a given back']);
  });
});
