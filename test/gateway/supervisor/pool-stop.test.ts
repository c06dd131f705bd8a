import { expect } from 'chai';
import { waitFor } from '../../support/wait-for.ts';
import { endProcess, fixture, isRunning, PoolUnderTest, specOf } from './harness.ts';

describe('WorkerPool, when it stops', () => {
  let test: PoolUnderTest;
  afterEach(() => test.close());

  it('asks the worker, which exits gracefully', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const { pid } = await test.isReady();
    await test.pool.stop();
    expect(isRunning(pid)).to.equal(false);
    expect(test.status).to.include({ state: 'stopped', pid: undefined });
    expect(test.status.lastExit).to.include({ code: 0, signal: null });
    expect(test.downs).to.deep.equal([test.name]);
  });

  it('F10: kills a worker that ignores SIGTERM when its grace is over', async () => {
    test = new PoolUnderTest(specOf(fixture('ignores-everything'), { timings: { stopMs: 1000 } }));
    const { pid } = await test.isReady();
    const startedAt = performance.now();
    await test.pool.stop();
    expect(performance.now() - startedAt).to.be.above(900);
    expect(isRunning(pid)).to.equal(false);
    expect(test.status.lastExit?.signal).to.equal('SIGKILL');
  });

  it('F10: leaves no child of the worker', async () => {
    test = new PoolUnderTest(specOf(fixture('on-command')));
    await test.isReady();
    const child = await test.command<{ pid: number }>('child');
    await test.pool.stop();
    await waitFor(() => !isRunning(child.pid), { message: 'the child to be gone' });
  });

  it('wakes a stopped worker so that it can exit gracefully', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { timings: { livenessMs: 600_000 } }));
    const { pid } = await test.isReady();
    process.kill(pid, 'SIGSTOP');
    await test.pool.stop();
    expect(test.status.lastExit).to.include({ code: 0, signal: null });
  });

  it('does not wait for a probe that hangs', async () => {
    test = new PoolUnderTest(specOf(fixture('on-command'), { timings: { livenessTimeoutMs: 600_000 } }));
    await test.isReady();
    await test.command('slow-livez', 600_000);
    const { probes } = await test.command<{ probes: number }>('probes');
    await waitFor(async () => (await test.command<{ probes: number }>('probes')).probes > probes);
    const startedAt = performance.now();
    await test.pool.stop();
    expect(performance.now() - startedAt).to.be.below(10_000);
  });

  it('stops a worker that has not become ready yet', async () => {
    test = new PoolUnderTest(specOf(fixture('never-ready')));
    const { pid } = await test.reaches('starting');
    await test.pool.stop();
    expect(isRunning(pid as number)).to.equal(false);
    expect(test.status.state).to.equal('stopped');
  });

  it('stops immediately during a backoff', async () => {
    test = new PoolUnderTest(specOf(fixture('exits-at-once'), { restart: { firstMs: 600_000 } }));
    await test.reaches('backoff');
    await test.pool.stop();
    expect(test.status).to.include({ state: 'stopped', epoch: 1 });
  });

  it('stops when the worker dies at the same moment', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const { pid } = await test.isReady();
    process.kill(pid, 'SIGKILL');
    await test.pool.stop();
    expect(test.status).to.include({ state: 'stopped', epoch: 1 });
  });

  it('starts nothing when it is stopped right after its start', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    await test.pool.stop();
    expect(test.status.state).to.equal('stopped');
    endProcess(test.status.pid);
    expect(test.readies).to.deep.equal([]);
  });

  it('sends one worker away by name', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const { pid } = await test.isReady();
    await test.pool.retireWorker(test.name);
    expect(isRunning(pid)).to.equal(false);
    expect(test.pool.status()).to.deep.equal([]);
  });

  it('replaces a worker when asked for it, without counting a failure', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { restart: { firstMs: 600_000 } }));
    const { pid } = await test.isReady();
    test.pool.restart(test.name);
    await test.isReady({ otherThan: pid });
    expect(test.status.lastExit).to.include({ code: 0, signal: null });
  });
});
