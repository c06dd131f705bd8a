import { expect } from 'chai';
import { getJson } from '../support/http.ts';
import { childrenOf, type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

describe('The process of the gateway', () => {
  for (const signal of ['SIGHUP', 'SIGQUIT'] as const) {
    it(`stops in order at ${signal}`, async () => {
      const gateway = await startGateway({ ANALYSIS: 'off', RTSP_WORKERS: '1' });
      expect(await gateway.end(signal)).to.equal(0);
      expect(gateway.output()).to.include('"gateway stopped"');
    });
  }

  it('S23: opens no inspector at SIGUSR1, and goes on at SIGUSR2, as its workers do', async () => {
    const gateway = await startGateway({ ANALYSIS: 'off', RTSP_WORKERS: '1' });
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    const pids = [gateway.pid, ...childrenOf(gateway.pid)];
    for (const pid of pids) {
      process.kill(pid, 'SIGUSR1');
      process.kill(pid, 'SIGUSR2');
    }
    expect((await fetch(`${gateway.origin}/readyz`)).status).to.equal(200);
    expect(await gateway.end('SIGTERM')).to.equal(0);
    expect(gateway.output()).not.to.match(/debugger listening/i);
  });

  it('F37: goes on without a reader of its log, and stops in order', async () => {
    const gateway = await startGateway({ ANALYSIS: 'off', RTSP_WORKERS: '1' });
    gateway.stopReading();
    const ask = () => fetch(`${gateway.origin}/api/cameras`, { headers: { 'x-forwarded-for': '1.2.3.4' } });
    for (let n = 0; n < 5; n += 1) expect((await ask()).status).to.equal(401);
    expect((await getJson(`${gateway.origin}/livez`)).status).to.equal(200);
    expect(await gateway.end('SIGTERM')).to.equal(0);
  });
});

describe('A worker that runs alone', () => {
  let worker: RunningProcess;

  it('goes on without a reader of its log, and stops in order at SIGHUP', async () => {
    worker = await startWorker();
    worker.stopReading();
    for (let n = 0; n < 5; n += 1)
      expect((await getJson(`${worker.origin}/cameras/none/status`)).status).to.be.within(200, 499);
    expect(await worker.end('SIGHUP')).to.equal(0);
  });
});
