import { expect } from 'chai';
import { fixture, PoolUnderTest, specOf } from './harness.ts';

describe('WorkerPool, to those who listen', () => {
  let test: PoolUnderTest;
  afterEach(() => test.close());

  it('tells of workers that were ready before, and of those that become ready later', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const { pid } = await test.isReady();
    const told: string[] = [];
    const end = test.pool.onReady(({ name }) => told.push(name));
    expect(told).to.deep.equal([test.name]);
    test.pool.restart(test.name);
    await test.isReady({ otherThan: pid });
    expect(told).to.deep.equal([test.name, test.name]);
    end();
  });
});
