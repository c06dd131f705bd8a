import { expect } from 'chai';
import { Lifecycle, type Part } from '../../../gateway/jobs/lifecycle.ts';

describe('Lifecycle', () => {
  let calls: string[];
  let lifecycle: Lifecycle;

  beforeEach(() => {
    calls = [];
    lifecycle = new Lifecycle();
  });

  const part = (name: string): Part => ({
    start: () => void calls.push(`start ${name}`),
    close: async () => void calls.push(`close ${name}`),
  });

  it('starts parts in order and closes them in reverse', async () => {
    for (const name of ['store', 'jobs', 'server']) lifecycle.add(part(name));
    await lifecycle.start();
    await lifecycle.close();
    const order = ['start store', 'start jobs', 'start server', 'close server', 'close jobs', 'close store'];
    expect(calls).to.deep.equal(order);
  });

  it('closes simultaneously what was added together, and only then what was added before', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    lifecycle.add(part('store'));
    lifecycle.addTogether(
      { close: () => promise },
      {
        close: () => {
          calls.push('close server');
          resolve();
        },
      },
    );
    await lifecycle.close();
    expect(calls).to.deep.equal(['close server', 'close store']);
  });

  it('closes every part when one fails, and throws that failure', async () => {
    const failure = new Error('stuck');
    lifecycle.add(part('store'));
    lifecycle.add({ close: () => Promise.reject(failure) });
    const error = await lifecycle.close().catch((thrown: unknown) => thrown);
    expect([error, calls]).to.deep.equal([failure, ['close store']]);
  });

  it('closes once', async () => {
    lifecycle.add(part('store'));
    await lifecycle.close();
    await lifecycle.close();
    expect(calls).to.deep.equal(['close store']);
  });
});
