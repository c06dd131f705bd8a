import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { findLauncher } from '../../../gateway/supervisor/worker-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import {
  endProcess,
  fixture,
  freePorts,
  isGone,
  isRunning,
  PoolUnderTest,
  SupervisingParent,
  specOf,
  stateOf,
} from './harness.ts';

describe('a gateway that is killed or frozen', () => {
  const parents: SupervisingParent[] = [];
  const workers: number[] = [];
  let test: PoolUnderTest | undefined;

  function startParent(...parameters: ConstructorParameters<typeof SupervisingParent>): SupervisingParent {
    const parent = new SupervisingParent(...parameters);
    parents.push(parent);
    return parent;
  }

  afterEach(async () => {
    await test?.close();
    test = undefined;
    for (const parent of parents.splice(0)) await parent.killHard();
    for (const pid of workers.splice(0)) endProcess(pid);
  });

  it('F18: takes its workers with it, by the channel alone', async () => {
    const parent = startParent(specOf(fixture('well-behaved')), {
      runDirectory: temporaryFolder(),
      launcher: [],
    });
    const { pid } = await parent.isReady();
    workers.push(pid);
    await parent.killHard();
    await isGone(pid);
  });

  it('F18: takes even a stopped worker with it where setpriv exists', async function () {
    if ((await findLauncher({ PATH: process.env.PATH ?? '' })).length === 0) this.skip();
    const parent = startParent(specOf(fixture('well-behaved'), { timings: { livenessMs: 600_000 } }), {
      runDirectory: temporaryFolder(),
    });
    const { pid } = await parent.isReady();
    workers.push(pid);
    process.kill(pid, 'SIGSTOP');
    await waitFor(() => stateOf(pid) === 'T', { message: 'the worker to be stopped' });
    await parent.killHard();
    await isGone(pid);
  });

  it('F18: takes a worker with it that heeds nothing, where setpriv exists', async function () {
    if ((await findLauncher({ PATH: process.env.PATH ?? '' })).length === 0) this.skip();
    const parent = startParent(specOf(fixture('ignores-everything')), { runDirectory: temporaryFolder() });
    const { pid } = await parent.isReady();
    workers.push(pid);
    await parent.killHard();
    await isGone(pid);
  });

  it('F19: finds its port free and keeps one worker when it is restarted immediately', async () => {
    const runDirectory = temporaryFolder();
    const spec = specOf(fixture('well-behaved'), { ports: await freePorts(4) });
    const first = startParent(spec, { runDirectory });
    const before = await first.isReady();
    workers.push(before.pid);
    await first.killHard();
    const second = startParent(spec, { runDirectory });
    const after = await second.isReady();
    workers.push(after.pid);
    expect(after.port).to.equal(before.port);
    expect(after.pid).not.to.equal(before.pid);
    expect(isRunning(before.pid)).to.equal(false);
  });

  it('F24: ends an orphan that holds the port before it starts a worker there', async () => {
    const runDirectory = temporaryFolder();
    const spec = specOf(fixture('ignores-everything'), { ports: await freePorts(4) });
    const parent = startParent(spec, { runDirectory, launcher: [] });
    const orphan = await parent.isReady();
    workers.push(orphan.pid);
    await parent.killHard();
    expect(isRunning(orphan.pid)).to.equal(true);
    test = new PoolUnderTest({ ...spec, entry: fixture('well-behaved') }, { runDirectory });
    const { port } = await test.isReady();
    expect(port).to.equal(orphan.port);
    expect(isRunning(orphan.pid)).to.equal(false);
  });

  it('keeps a record of its worker only as long as the worker runs', async () => {
    test = new PoolUnderTest(specOf(fixture('well-behaved')));
    await test.isReady();
    const record = join(test.runDirectory, `${test.name}.json`);
    expect(existsSync(record)).to.equal(true);
    await test.pool.stop();
    expect(existsSync(record)).to.equal(false);
  });

  it('F22: does not take its own sleep for the silence of a worker', async () => {
    const parent = startParent(
      specOf(fixture('on-command'), {
        timings: { livenessMs: 100, livenessTimeoutMs: 2000, lateMs: 200, livenessFailures: 1 },
      }),
      { runDirectory: temporaryFolder() },
    );
    const { pid } = await parent.isReady();
    workers.push(pid);
    // A probe is nearly always under way then, so that each sleep hits one.
    await parent.command('slow-livez', 600);
    for (let sleep = 0; sleep < 3; sleep += 1) await freeze(parent, 2500);
    const { probes } = await parent.command<{ probes: number }>('probes');
    await waitFor(async () => (await parent.command<{ probes: number }>('probes')).probes > probes + 2);
    expect(await parent.status()).to.include({ pid, restarts: 0, state: 'ready' });
  });
});

describe('a worker whose port is taken', () => {
  let test: PoolUnderTest;
  afterEach(() => test.close());

  it('F23: goes to the next port and leaves the stranger alone', async () => {
    const ports = await freePorts(4);
    const stranger = createServer((_request, response) => void response.end('stranger'));
    await new Promise<void>((resolve) => stranger.listen(ports.first, '127.0.0.1', resolve));
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { ports, restart: { firstMs: 600_000 } }));
    const { port } = await test.isReady();
    const answer = await (await fetch(`http://127.0.0.1:${ports.first}/`)).text();
    stranger.close();
    stranger.closeAllConnections();
    expect(port).to.equal(ports.first + 1);
    expect(test.status.restarts).to.equal(0);
    expect(answer).to.equal('stranger');
  });

  it('F23: finds a port behind more strangers than it passes without a pause', async () => {
    const ports = await freePorts(7);
    const strangers = Array.from({ length: 6 }, (_, step) => {
      const stranger = createServer();
      stranger.listen(ports.first + step, '127.0.0.1');
      return stranger;
    });
    test = new PoolUnderTest(specOf(fixture('well-behaved'), { ports }));
    const { port } = await test.isReady({ timeoutMs: 50_000 });
    for (const stranger of strangers) stranger.close();
    expect(port).to.equal(ports.last);
  });
});

/** Stops a process for a while, as the host of a container may. */
async function freeze(parent: SupervisingParent, ms: number): Promise<void> {
  const pid = parent.process.pid as number;
  process.kill(pid, 'SIGSTOP');
  const until = performance.now() + ms;
  await waitFor(() => performance.now() > until, { timeoutMs: ms + 10_000, message: 'the sleep to end' });
  process.kill(pid, 'SIGCONT');
}
