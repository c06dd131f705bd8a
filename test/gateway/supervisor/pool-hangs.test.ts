import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { waitFor } from '../../support/wait-for.ts';
import { fixture, freePorts, isGone, isRunning, PoolUnderTest, specOf } from './harness.ts';

const MIB = 1024 * 1024;
/** Of a worker that never answers again. */
const IMPATIENT = { livenessTimeoutMs: 500 };

describe('WorkerPool, when a worker runs but does not work', () => {
  let test: PoolUnderTest;
  afterEach(() => test.close());

  it('F3: replaces a stopped worker', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { timings: IMPATIENT }));
    const first = await test.isReady();
    process.kill(first.pid, 'SIGSTOP');
    await test.isReady({ otherThan: first.pid });
    expect(isRunning(first.pid)).to.equal(false);
    expect(test.linesWith('"reason":"liveness"')).not.to.deep.equal([]);
    expect(test.status.restarts).to.equal(1);
  });

  it('F4: replaces a worker whose event loop is blocked', async () => {
    test = new PoolUnderTest(specOf(fixture('on-command'), { timings: IMPATIENT }));
    const first = await test.isReady();
    await test.command('block', 60_000);
    await test.isReady({ otherThan: first.pid });
    expect(isRunning(first.pid)).to.equal(false);
  });

  it('F5: leaves a worker alone whose event loop was blocked for a while', async () => {
    test = new PoolUnderTest(
      specOf(fixture('on-command'), { timings: { livenessTimeoutMs: 1000, livenessRetryMs: 1000 } }),
    );
    const first = await test.isReady();
    // Probes begin within half a second: the first fails, and none after the second meets the block.
    await test.command('block', 3000);
    await waitFor(() => test.linesWith('worker does not answer').length > 0, {
      message: 'a failed probe',
    });
    const { probes } = await test.command<{ probes: number }>('probes');
    await waitFor(async () => (await test.command<{ probes: number }>('probes')).probes > probes + 3);
    expect(test.status).to.include({ pid: first.pid, restarts: 0, state: 'ready' });
  });

  it('probes immediately when a caller found the worker not answering', async () => {
    test = new PoolUnderTest(
      specOf(fixture('well-behaved'), { timings: { ...IMPATIENT, livenessMs: 600_000 } }),
    );
    const first = await test.isReady();
    process.kill(first.pid, 'SIGSTOP');
    test.pool.probeNow(test.name);
    await test.isReady({ otherThan: first.pid });
  });

  it('F8: ends a worker that does not become ready in time', async () => {
    const startedAt = performance.now();
    test = new PoolUnderTest(specOf(fixture('never-ready'), { timings: { startMs: 1500 } }));
    const { pid } = await test.reaches('starting');
    await isGone(pid as number);
    expect(performance.now() - startedAt).to.be.above(1400);
    expect(test.linesWith('"reason":"start-timeout"')).not.to.deep.equal([]);
    expect(test.readies).to.deep.equal([]);
  });

  it('waits longer for a worker that asks for time', async () => {
    test = new PoolUnderTest(
      specOf(fixture('slow-start'), { timings: { startMs: 4000 }, env: { FIXTURE_START_MS: '5000' } }),
    );
    await test.isReady();
    expect(test.status.epoch).to.equal(1);
  });

  it('F9: never routes to a port on which another process answers', async () => {
    test = new PoolUnderTest(specOf(fixture('wrong-nonce'), { timings: { startMs: 1500 } }));
    await waitFor(() => test.status.restarts >= 1, { message: 'the start to be given up' });
    expect(test.readies).to.deep.equal([]);
    expect(test.linesWith('"reason":"start-timeout"')).not.to.deep.equal([]);
  });

  it('takes an unready worker out of routing, does not restart it, and takes it back', async () => {
    test = new PoolUnderTest(specOf(fixture('on-command')));
    const first = await test.isReady();
    const address = test.pool.address(test.name);
    await test.command('unready');
    await test.reaches('unready');
    expect(test.pool.address(test.name)).to.equal(undefined);
    expect(test.downs).to.deep.equal([test.name]);
    await fetch(`${address?.origin}/ready-again`, { headers: { 'x-worker-token': address?.token ?? '' } });
    await test.isReady();
    expect(test.status).to.include({ pid: first.pid, restarts: 0 });
    expect(test.pool.address(test.name)).to.deep.equal(address);
    expect(test.readies).to.have.length(2);
  });

  it('F14: recycles a worker before it runs out of descriptors', async () => {
    test = new PoolUnderTest(specOf(fixture('on-command'), { timings: { livenessMs: 200 } }));
    const first = await test.isReady();
    execFileSync('prlimit', ['--pid', String(first.pid), '--nofile=256:256']);
    // From four fifths to the end it has four seconds, ten times what three probes take.
    await test.command('open-descriptors', 150);
    await test.command('leak-descriptors', 80);
    await test.isReady({ otherThan: first.pid });
    expect(test.status).to.include({ recycles: 1, restarts: 1, flapping: false });
    expect(test.status.lastExit).to.include({ code: 0, signal: null });
    expect(test.linesWith('EMFILE')).to.deep.equal([]);
  });

  it('F15: recycles a worker that leaks 50 MB/s before it holds 1.2 times its limit', async () => {
    const maxRssBytes = 400 * MIB;
    test = new PoolUnderTest(specOf(fixture('on-command'), { maxRssBytes, timings: { livenessMs: 200 } }));
    const first = await test.isReady();
    await test.command('leak-memory', 50);
    let highest = 0;
    await waitFor(
      () => {
        highest = Math.max(highest, residentBytes(first.pid));
        return test.status.state === 'ready' && test.status.pid !== first.pid;
      },
      { timeoutMs: 40_000, message: 'the leaking worker to be replaced' },
    );
    expect(highest).to.be.within(maxRssBytes, 1.2 * maxRssBytes);
    expect(test.status.recycles).to.equal(1);
  });

  it('gives a worker that survives SIGKILL up as lost, and its successor another port', async () => {
    test = new PoolUnderTest(
      specOf(fixture('ignores-everything'), {
        ports: await freePorts(4),
        // No death is heard of in the moment of its cause.
        timings: { stopMs: 50, lostMs: 0 },
      }),
    );
    const first = await test.isReady();
    test.pool.restart(test.name);
    const second = await test.isReady({ otherThan: first.pid });
    expect(test.linesWith('worker survived SIGKILL')).to.have.length(1);
    expect(second.port).to.equal(first.port + 1);
  });

  it('reports the memory that a worker holds', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    const { pid } = await test.isReady();
    await waitFor(() => test.status.rss, { message: 'the first probe' });
    expect(test.status.rss).to.be.within(residentBytes(pid) / 2, residentBytes(pid) * 2);
  });
});

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
