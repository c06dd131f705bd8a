import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { EXIT_PORT_TAKEN, TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { portOf } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { playWithFfmpeg } from './support/ffmpeg-client.ts';

const MAIN = fileURLToPath(new URL('../../../workers/simulator/main.ts', import.meta.url));
const TOKEN = 'a-token-for-this-test';

interface Ready {
  port: number;
  details: { rtspPort: number };
}

describe('the simulator process', function () {
  this.timeout(60_000);
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of servers.splice(0)) server.close();
  });

  function start(env: Record<string, string>) {
    const child = fork(MAIN, [], {
      env: { PATH: process.env.PATH, WORKER_PORT: '0', SIMULATOR_PORT: '0', SIMULATOR_PTZ_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    const messages: Ready[] = [];
    child.on('message', (message) => messages.push(message as Ready));
    const ready = () => waitFor(() => messages[0], { timeoutMs: 30_000, message: `readiness; ${output}` });
    return { child, ready, output: () => output };
  }

  async function takePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return portOf(server);
  }

  it('announces its ports and delivers all four scenes', async () => {
    const { port, details } = await start({}).ready();
    expect(port).to.be.greaterThan(0);
    const played = await Promise.all(
      [1, 2, 3, 4].map((number) =>
        playWithFfmpeg(`rtsp://127.0.0.1:${details.rtspPort}/${number}`, { count: 1 }),
      ),
    );
    expect(played.map(({ pictures }) => pictures.length)).to.deep.equal([1, 1, 1, 1]);
  });

  it('prints the addresses of its cameras', async () => {
    const simulator = start({});
    const { details } = await simulator.ready();
    const address = `rtsp://127.0.0.1:${details.rtspPort}/4`;
    await waitFor(() => simulator.output().includes(address), { message: address });
  });

  it('answers its supervisor only, on loopback', async () => {
    const { port } = await start({ WORKER_TOKEN: TOKEN, WORKER_INSTANCE: 'nonce' }).ready();
    const livez = `http://127.0.0.1:${port}/livez`;
    expect((await fetch(livez)).status).to.equal(401);
    const answer = await fetch(livez, { headers: { [TOKEN_HEADER]: TOKEN } });
    expect(await answer.json()).to.include({ status: 'alive', instance: 'nonce' });
    const readyz = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { [TOKEN_HEADER]: TOKEN } });
    expect(await readyz.json()).to.include({ status: 'ready' });
  });

  it('moves on to the next RTSP port under a supervisor', async () => {
    const taken = await takePort();
    const { details } = await start({ SIMULATOR_PORT: String(taken), WORKER_INSTANCE: 'nonce' }).ready();
    expect(details.rtspPort).to.be.greaterThan(taken);
  });

  it('says so and ends when it runs alone and its RTSP port is taken', async () => {
    const taken = await takePort();
    const { child, output } = start({ SIMULATOR_PORT: String(taken) });
    const [code] = await once(child, 'close');
    expect(code).to.equal(EXIT_PORT_TAKEN);
    expect(output()).to.include(String(taken));
  });

  it('switches faults over HTTP', async () => {
    const { port, details } = await start({}).ready();
    const faults = `http://127.0.0.1:${port}/faults`;
    const send = (method: string, body: unknown) =>
      fetch(faults, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const url = `rtsp://127.0.0.1:${details.rtspPort}/1`;
    expect(await (await send('POST', { path: '/1', fault: 'not-found' })).json()).to.deep.equal({
      faults: { '/1': [{ fault: 'not-found' }] },
    });
    const failure: unknown = await playWithFfmpeg(url, { count: 1 }).catch((error) => error);
    expect(failure).to.be.an('error');
    await send('DELETE', { path: '/1' });
    expect((await playWithFfmpeg(url, { count: 1 })).pictures).to.have.length(1);
    const refused = await send('POST', { path: '/1', fault: 'delay', ms: 'long' });
    expect(refused.status).to.equal(400);
    expect(await refused.json()).to.include({ code: 'invalid-field', field: 'ms' });
  });

  it('ends immediately on SIGTERM, also while it encodes', async () => {
    const { child, ready } = start({});
    await ready();
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'close');
    expect([code, signal]).to.deep.equal([0, null]);
  });

  it('refuses a bad setting by its name', async () => {
    const { child, output } = start({ SIMULATOR_PORT: 'many' });
    const [code] = await once(child, 'close');
    expect(code).to.equal(78);
    expect(output()).to.include('SIMULATOR_PORT is "many"');
  });
});
