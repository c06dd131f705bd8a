import { expect } from 'chai';
import { AppError } from '../../shared/errors.ts';
import { lazy } from '../../shared/lazy.ts';
import { rejection } from '../support/errors.ts';

describe('What is made when it is first needed', () => {
  it('is made once for all callers', async () => {
    let made = 0;
    const get = lazy(async () => {
      made += 1;
      return { made };
    });
    expect(made).to.equal(0);
    const [first, second] = await Promise.all([get(), get()]);
    expect(first).to.equal(second);
    expect(await get()).to.equal(first);
    expect(made).to.equal(1);
  });

  it('is made again after a failure', async () => {
    const faults = [new AppError('storage-full', 'no memory')];
    const get = lazy(async () => {
      const fault = faults.pop();
      if (fault !== undefined) throw fault;
      return 'made';
    });
    expect((await rejection(get())).code).to.equal('storage-full');
    expect(await get()).to.equal('made');
  });
});
