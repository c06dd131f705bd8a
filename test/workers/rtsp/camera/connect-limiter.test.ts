import { expect } from 'chai';
import { ConnectLimiter, type Urgency } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import { waitFor } from '../../../support/wait-for.ts';

const never = new AbortController().signal;

describe('Connection attempts', () => {
  let order: string[];

  beforeEach(() => {
    order = [];
  });

  /** Asks for a place and notes when it is there. */
  const ask = (limiter: ConnectLimiter, urgency: Urgency, signal = never): Promise<() => void> =>
    limiter.acquire(urgency, signal).then((release) => {
      order.push(urgency);
      return release;
    });

  it('of a client do not wait', async () => {
    const limiter = new ConnectLimiter({ concurrent: 1, holdMs: 60_000 });
    await ask(limiter, 'new');
    await ask(limiter, 'client');
    expect(order).to.deep.equal(['new', 'client']);
  });

  it('of cameras that were live come before new ones, and those before cameras that failed', async () => {
    const limiter = new ConnectLimiter({ concurrent: 1, holdMs: 60_000 });
    const release = await limiter.acquire('new', never);
    const waiting = (['failed', 'new', 'live'] as const).map((urgency) =>
      ask(limiter, urgency).then((next) => next()),
    );
    release();
    await Promise.all(waiting);
    expect(order).to.deep.equal(['live', 'new', 'failed']);
  });

  it('that get no answer hold no place for long', async () => {
    const limiter = new ConnectLimiter({ concurrent: 4, holdMs: 5 });
    for (let index = 0; index < 40; index += 1) void ask(limiter, 'new');
    await waitFor(() => order.length === 40);
  });

  it('leave the queue when they are given up', async () => {
    const limiter = new ConnectLimiter({ concurrent: 1, holdMs: 60_000 });
    const release = await limiter.acquire('new', never);
    const givenUp = new AbortController();
    const abandoned = ask(limiter, 'live', givenUp.signal);
    const waiting = ask(limiter, 'new');
    givenUp.abort();
    (await abandoned)();
    release();
    await waiting;
    expect(order).to.deep.equal(['live', 'new']);
  });

  it('give a place back once, though it was given back by time already', async () => {
    const limiter = new ConnectLimiter({ concurrent: 1, holdMs: 1 });
    const release = await ask(limiter, 'new');
    await ask(limiter, 'new');
    release();
    await ask(limiter, 'new');
    expect(order).to.have.length(3);
  });
});
