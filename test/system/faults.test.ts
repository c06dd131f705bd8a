import { readdirSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, signalIfRunning, startGateway } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const PATHS = Array.from({ length: 20 }, (_, index) => `/${index}`);

/** A worker as `/health` shows it. */
interface Worker {
  state: string;
  pid?: number;
}

describe('Under faults the gateway', function () {
  this.timeout(240_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let api: string;

  before(async () => {
    cameras = await openTestCameras(PATHS);
    gateway = await startGateway();
    api = `${gateway.origin}/api/cameras`;
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 40_000,
    });
  });
  after(async () => {
    await gateway?.end();
    await cameras?.close();
  });

  const connect = (path: string) =>
    postJson(`${api}/connect`, { cameraId: path.slice(1), url: cameras.url(path) });
  const statusOf = async (path: string) => (await getJson(`${api}${path}/status`)).body;

  const workers = async () =>
    (await getJson(`${gateway.origin}/health`)).body.services.rtsp.workers as Worker[];

  /** @returns their process ids */
  async function killWorkers(): Promise<unknown[]> {
    // One that was killed a moment ago has no process yet.
    const pids = (await workers()).flatMap(({ pid }) => pid ?? []);
    for (const pid of pids) signalIfRunning(pid, 'SIGKILL');
    return pids;
  }

  /** Waits until others serve in place of workers that were killed, which the gateway may not have heard of yet. */
  async function replaced(killed: readonly unknown[]): Promise<void> {
    const isNew = ({ state, pid }: Worker) => state === 'ready' && !killed.includes(pid);
    await waitFor(async () => (await workers()).every(isNew), { timeoutMs: 40_000, message: 'new workers' });
  }

  it('F27, F28: calls a camera that falls silent stalled and shows it again when it is back', async () => {
    await connect('/0');
    cameras.setFault('/0', { fault: 'stall' });
    const stalled = await waitFor(
      async () => {
        const status = await statusOf('/0');
        return status.reason === 'camera-no-frames' ? status : undefined;
      },
      { timeoutMs: 40_000, message: 'the stall to be noticed' },
    );
    expect(stalled.connected).to.equal(false);
    expect(stalled.frameRate).to.equal(0);
    cameras.clearFaults('/0');
    await waitFor(async () => (await statusOf('/0')).connected === true, { timeoutMs: 40_000 });
  });

  it('F35: brings two live cameras back though eighteen others are dead', async () => {
    for (const path of PATHS) expect((await connect(path)).status, path).to.equal(200);
    for (const path of PATHS.slice(2)) cameras.setFault(path, { fault: 'silent' });
    await replaced(await killWorkers());
    await waitFor(
      async () => (await statusOf('/0')).frameCount > 0 && (await statusOf('/1')).frameCount > 0,
      {
        timeoutMs: 40_000,
        message: 'the live cameras',
      },
    );
    cameras.clearFaults();
  });

  it('F50: leaks neither sockets nor listeners while clients come and workers are killed', async () => {
    await connect('/0');
    const descriptors = () => readdirSync(`/proc/${gateway.pid}/fd`).length;
    const before = descriptors();
    for (let round = 0; round < 3; round += 1) {
      const clients = await Promise.all(Array.from({ length: 40 }, () => WsClient.open(gateway.origin)));
      for (const client of clients) client.send({ action: 'subscribe', cameraId: '0' });
      await waitFor(() => clients.every((client) => client.frames().length > 0), { timeoutMs: 40_000 });
      const killed = await killWorkers();
      for (const client of clients) client.close();
      await replaced(killed);
    }
    await waitFor(async () => {
      const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
      return (
        /^gateway_client_sockets 0$/m.test(metrics) && /^gateway_upstream_subscriptions 0$/m.test(metrics)
      );
    });
    await waitFor(() => descriptors() <= before + 10, { message: 'file descriptors to come back' });
    expect(gateway.output()).not.to.include('MaxListenersExceededWarning');
  });

  it('F51: cuts off clients that never finish their headers, and answers others meanwhile', async () => {
    const sockets: Socket[] = Array.from({ length: 100 }, () => connectTcp(gateway.port, '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.resume();
      socket.write('GET /health HTTP/1.1\r\nX-Slow: ');
    }
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x');
    }, 500);
    try {
      expect((await getJson(`${gateway.origin}/health`)).status).to.equal(200);
      await waitFor(() => sockets.every(({ closed }) => closed), { timeoutMs: 60_000, message: 'the cut' });
      expect((await getJson(`${gateway.origin}/health`)).status).to.equal(200);
    } finally {
      clearInterval(drip);
    }
  });
});
