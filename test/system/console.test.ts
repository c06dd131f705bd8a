import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

describe('The console of a person', () => {
  let gateway: RunningProcess;

  before(async () => {
    gateway = await startGateway({
      LOG_FORMAT: 'pretty',
      LOG_LEVEL: 'info',
      RTSP_WORKERS: '1',
      VLM_KYE: 'x',
    });
    await waitFor(() => gateway.output().includes('  Local '), { timeoutMs: 20_000 });
    await waitFor(() => gateway.output().includes('worker is ready'), { timeoutMs: 20_000 });
  });
  after(() => gateway.end());

  it('begins with where the gateway is, and has a line per happening without JSON', () => {
    const lines = gateway.output().split('\n');
    expect(lines).to.include(`  Local      http://localhost:${gateway.port}`);
    expect(lines.some((line) => /^\d\d:\d\d:\d\d gateway listens/.test(line))).to.equal(true);
    expect(lines.filter((line) => line.startsWith('{'))).to.deep.equal([]);
  });

  it('warns of a slip in the name of a setting', () => {
    expect(gateway.output()).to.match(/warning VLM_KYE is no setting; did you mean VLM_KEY\?/);
  });

  it('tells of a taken port in one sentence', async () => {
    const taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const printed = await startGateway({ PORT: String(port), LOG_FORMAT: 'pretty' }).then(
      (second) => second.end().then(() => 'it started'),
      (error: Error) => error.message,
    );
    taken.close();
    const sentence = `error Port ${port} is in use; stop what listens there, or set PORT to another`;
    expect(printed).to.include(sentence);
    expect(printed).not.to.match(/MaxListeners| {4}at /);
  });
});
