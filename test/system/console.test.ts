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
    const env = { PORT: String(gateway.port), LOG_FORMAT: 'pretty' };
    const error = await startGateway(env).then(
      (second) => second.end().then(() => new Error('it started')),
      (reason: Error) => reason,
    );
    const sentence = `error Port ${gateway.port} is in use; stop what listens there, or set PORT to another`;
    expect(error.message).to.include(sentence);
    expect(error.message).not.to.match(/MaxListeners| {4}at /);
  });
});
