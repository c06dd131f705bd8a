import { expect } from 'chai';
import { settlesWithin } from '../../../gateway/jobs/pause.ts';

describe('Whether a promise settles within a time', () => {
  it('is told as soon as it does, also by a failure', async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const verdict = settlesWithin(promise, 3_600_000);
    reject(new Error('of no interest'));
    expect(await verdict).to.equal(true);
    expect(await settlesWithin(promise, 3_600_000)).to.equal(true);
  });

  it('is denied when the time is over', async () => {
    expect(await settlesWithin(new Promise(() => {}), 1)).to.equal(false);
  });

  it('is told of no time at all by what has happened already', async () => {
    expect(await settlesWithin(Promise.resolve(), 0)).to.equal(true);
    const next = new Promise((resolve) => setImmediate(resolve));
    expect(await settlesWithin(next, 0)).to.equal(false);
  });
});
