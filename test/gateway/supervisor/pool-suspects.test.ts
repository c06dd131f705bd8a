import { expect } from 'chai';
import type { BrokenWorker } from '../../../gateway/supervisor/slot.ts';
import { waitFor } from '../../support/wait-for.ts';
import { fixture, PoolUnderTest, specOf } from './harness.ts';

const MIB = 1024 ** 2;

describe('A worker that breaks over a camera', () => {
  let test: PoolUnderTest;
  let broken: BrokenWorker[];

  const open = (overrides: Parameters<typeof specOf>[1] = {}): void => {
    test = new PoolUnderTest(specOf(fixture('works-on-cameras'), overrides));
    broken = [];
    test.pool.onBroken((report) => broken.push(report));
  };
  afterEach(() => test.close());

  for (const [command, reason] of [
    ['hang', 'liveness'],
    ['throw', 'exit'],
    ['abort', 'exit'],
  ] as const) {
    it(`names it after a ${command}`, async () => {
      open({ timings: { livenessTimeoutMs: 500 } });
      const { pid } = await test.isReady();
      await test.command(command);
      await test.isReady({ otherThan: pid });
      expect(broken).to.deep.equal([{ name: 'fixture-0', reason, suspects: ['bad'] }]);
    });
  }

  it('names it when it takes more than one and a half times the memory that it may, and does not wait', async () => {
    open({ maxRssBytes: 300 * MIB, timings: { livenessMs: 60_000 } });
    const { pid } = await test.isReady();
    await test.command('leak');
    await test.isReady({ otherThan: pid });
    expect(broken).to.deep.equal([{ name: 'fixture-0', reason: 'memory', suspects: ['bad'] }]);
    expect(test.status.lastExit?.signal).to.equal('SIGKILL');
  });

  it('names no camera when it ends otherwise', async () => {
    open();
    for (const end of [
      () => test.pool.restart(test.name),
      (pid: number) => process.kill(pid, 'SIGKILL'),
      (pid: number) => process.kill(pid, 'SIGTERM'),
    ]) {
      const { pid } = await test.isReady();
      await test.command('work');
      await test.command('finish');
      end(pid);
      await test.isReady({ otherThan: pid });
    }
    expect(broken).to.deep.equal([]);
  });

  it('is started when it is needed, and can be sent away and started again', async () => {
    open({ isOnDemand: true });
    expect(test.pool.status()).to.deep.equal([]);
    test.pool.startWorker(test.name);
    await test.isReady();
    await test.pool.retireWorker(test.name);
    expect(test.pool.status()).to.deep.equal([]);
    test.pool.startWorker(test.name);
    await waitFor(() => test.pool.address(test.name), { message: 'it to be ready again' });
  });
});
