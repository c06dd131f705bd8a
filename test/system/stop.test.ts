/** However the product is stopped, nothing of it is left running. */
import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { descendantsOf, npmStart, type StartedProduct } from '../support/npm-start.ts';
import { childrenOf, isRunning } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

/** Contract: everything ends in order within ten seconds. */
const STOP_MS = 10_000;

describe('stopping the product', () => {
  let product: StartedProduct | undefined;

  afterEach(async () => {
    await product?.end();
    product = undefined;
  });

  const startWithWorkers = async (through: readonly string[] = []): Promise<StartedProduct> => {
    const started = await npmStart({}, through);
    product = started;
    await waitFor(async () => (await fetch(`${started.origin}/readyz`)).ok, { message: 'the workers' });
    return started;
  };

  const expectAllGone = async ({ output }: StartedProduct, pids: readonly number[]): Promise<void> => {
    await waitFor(() => !pids.some(isRunning), { timeoutMs: STOP_MS, message: 'every process to end' });
    expect(output()).to.contain('gateway stopped');
  };

  it('SIGTERM to npm stops the gateway and its workers in order', async () => {
    const started = await startWithWorkers();
    const pids = started.pids();
    process.kill(started.pid, 'SIGTERM');
    await expectAllGone(started, pids);
  });

  it('SIGTERM to the process that npm started stops everything in order', async () => {
    const started = await startWithWorkers();
    const pids = started.pids();
    for (const pid of childrenOf(started.pid)) process.kill(pid, 'SIGTERM');
    await expectAllGone(started, pids);
  });

  it('SIGTERM to the gateway stops everything in order', async () => {
    const started = await startWithWorkers();
    const pids = started.pids();
    process.kill(started.gatewayPid(), 'SIGTERM');
    await expectAllGone(started, pids);
  });

  it('Ctrl-C, a SIGINT to the whole process group, stops everything in order', async () => {
    const started = await startWithWorkers();
    const pids = started.pids();
    process.kill(-started.pid, 'SIGINT');
    await expectAllGone(started, pids);
  });

  it('closing the terminal leaves no process', async function () {
    if (!(await hasScript())) return this.skip();
    const started = await startWithWorkers(['script', '--quiet', '--flush', '/dev/null', '--command']);
    const pids = started.pids();
    process.kill(started.pid, 'SIGKILL');
    await waitFor(() => !pids.some(isRunning), { timeoutMs: STOP_MS, message: 'every process to end' });
    expect(descendantsOf(started.pid)).to.deep.equal([]);
  });
});

/** `script` of util-linux runs a command in a terminal of its own. */
function hasScript(): Promise<boolean> {
  return new Promise((resolve) => {
    spawn('script', ['--version'], { stdio: 'ignore' })
      .once('error', () => resolve(false))
      .once('exit', (code) => resolve(code === 0));
  });
}
