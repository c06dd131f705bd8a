import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { RESTART_TIMINGS } from '../../../gateway/supervisor/worker-spec.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { fixture, isGone, isRunning, PoolUnderTest, specOf } from './harness.ts';

describe('WorkerPool, when a worker dies', () => {
  let test: PoolUnderTest;
  afterEach(() => test.close());

  it('F1: replaces a worker that was killed, once', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { restart: RESTART_TIMINGS }));
    const first = await test.isReady();
    process.kill(first.pid, 'SIGKILL');
    await test.isReady({ otherThan: first.pid });
    expect(test.status).to.include({ restarts: 1, epoch: 2, flapping: false });
    expect(test.status.lastExit).to.include({ code: null, signal: 'SIGKILL' });
    expect(test.readies.map(({ epoch }) => epoch)).to.deep.equal([1, 2]);
    expect(test.downs).to.deep.equal([test.name]);
    expect(isRunning(first.pid)).to.equal(false);
  });

  it('F2: counts an exit with code 0 that it did not ask for as a failure', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const first = await test.isReady();
    process.kill(first.pid, 'SIGTERM');
    await test.isReady({ otherThan: first.pid });
    expect(test.status.restarts).to.equal(1);
    expect(test.status.lastExit).to.include({ code: 0, signal: null });
  });

  it('gives every process a token and an epoch of its own', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const first = await test.isReady();
    process.kill(first.pid, 'SIGKILL');
    await test.isReady({ otherThan: first.pid });
    const [before, after] = test.readies;
    expect(after?.token).to.have.length(64).and.not.equal(before?.token);
    expect(test.linesWith(after?.token as string)).to.deep.equal([]);
  });

  it('F6: stops trying after eight failures, reports the last words, and tries singly from then on', async () => {
    test = new PoolUnderTest(specOf(fixture('exits-at-once'), { restart: { halfOpenMs: [2000, 20_000] } }));
    await test.reaches('failed', 50_000);
    expect(test.status.epoch).to.equal(8);
    expect(test.status.retryAfterMs).to.be.within(0, 2000);
    const report = await waitFor(() => test.linesWith('worker keeps failing')[0]);
    expect(report.lastLines).to.include('no such luck');
    await waitFor(() => test.status.epoch === 9, { message: 'the single try' });
    await test.reaches('failed');
    expect(test.status.retryAfterMs).to.be.within(2000, 20_000);
  });

  it('F7: does not retry a worker that rejects its settings until an operator asks', async () => {
    const repair = join(temporaryFolder(), 'repaired');
    test = new PoolUnderTest(
      specOf(fixture('bad-settings'), {
        env: { FIXTURE_REPAIR: repair },
        restart: { halfOpenMs: [600_000] },
      }),
    );
    await test.reaches('failed');
    expect(test.status).to.include({ epoch: 1, restarts: 0 });
    expect(test.status.lastExit?.code).to.equal(78);
    writeFileSync(repair, '');
    test.pool.restart(test.name);
    await test.isReady();
    expect(test.status.epoch).to.equal(2);
  });

  it('F11: notices the death of a worker whose child lives on, and ends the child', async () => {
    // No probe comes to help: the death itself has to be seen, though the child holds the output open.
    test = new PoolUnderTest(specOf(fixture('on-command'), { timings: { livenessMs: 600_000 } }));
    const first = await test.isReady();
    const child = await test.command<{ pid: number }>('child');
    expect(isRunning(child.pid)).to.equal(true);
    process.kill(first.pid, 'SIGKILL');
    await isGone(child.pid);
    await test.isReady({ otherThan: first.pid });
  });

  it('F16: survives a missing node binary and recovers once it is there', async () => {
    const node = join(temporaryFolder(), 'node');
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { restart: { intensity: 10_000 } }), {
      node,
      launcher: [],
    });
    await waitFor(() => test.status.epoch >= 2, { message: 'a second attempt' });
    expect(test.status.pid).to.equal(undefined);
    expect(test.linesWith('ENOENT')).not.to.deep.equal([]);
    symlinkSync(process.execPath, node);
    await test.isReady();
  });

  it('F16: survives a missing worker file and recovers once it is there', async () => {
    const entry = join(temporaryFolder(), 'worker.mts');
    test = new PoolUnderTest(specOf(new URL(`file://${entry}`), { restart: { intensity: 10_000 } }));
    await waitFor(() => test.status.epoch >= 2, { message: 'a second attempt' });
    writeFileSync(entry, `await import(${JSON.stringify(fixture('well-behaved').href)});\n`);
    await test.isReady();
  });

  it('goes on when a listener throws', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    test.pool.onReady(() => {
      throw new Error('listener fault');
    });
    const first = await test.isReady();
    process.kill(first.pid, 'SIGKILL');
    await test.isReady({ otherThan: first.pid });
    expect(test.linesWith('listener fault')).to.have.length(2);
  });

  it('lets nothing of our environment through but what it was given', async () => {
    process.env.SUPERVISOR_TEST_CANARY = 'S3cr3tC4nary';
    test = new PoolUnderTest(specOf(fixture('on-command'), { env: { UV_THREADPOOL_SIZE: '8' } }));
    await test.isReady();
    const env = await test.command<Record<string, string>>('env');
    delete process.env.SUPERVISOR_TEST_CANARY;
    expect(env).to.have.keys(
      'PATH',
      'UV_THREADPOOL_SIZE',
      'WORKER_NAME',
      'WORKER_PORT',
      'WORKER_INSTANCE',
      'WORKER_EPOCH',
      'WORKER_TOKEN',
      'WORKER_TRAIL',
    );
    expect(env).to.include({ UV_THREADPOOL_SIZE: '8', WORKER_NAME: test.name, WORKER_EPOCH: '1' });
  });
});
