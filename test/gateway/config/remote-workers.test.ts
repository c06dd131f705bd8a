import { expect } from 'chai';
import { loadConfig } from '../../../gateway/config/config.ts';
import { loadRemoteWorkers } from '../../../gateway/config/remote-workers.ts';
import { rtspWorkerNames } from '../../../gateway/worker-specs.ts';

const SECRET = { WORKER_SECRET: 'a secret of workers' };

describe('Settings of remote workers', () => {
  it('are none by default', () => {
    expect(loadRemoteWorkers({})).to.equal(undefined);
    expect(loadRemoteWorkers(SECRET)).to.equal(undefined);
  });

  it('are a list, a name with a port, or the name of an SRV record', () => {
    const urls = loadRemoteWorkers({ ...SECRET, WORKER_URLS: 'http://10.0.0.7:8082/, https://w.example' });
    expect(urls?.urls).to.deep.equal(['http://10.0.0.7:8082', 'https://w.example']);
    const address = loadRemoteWorkers({ ...SECRET, WORKER_DNS: 'https://workers:8082' });
    expect(address?.dns).to.deep.equal({ protocol: 'https:', name: 'workers', port: 8082 });
    const srv = loadRemoteWorkers({ ...SECRET, WORKER_DNS: '_w._tcp.workers' });
    expect(srv?.dns).to.deep.equal({ protocol: 'http:', name: '_w._tcp.workers', port: undefined });
  });

  it('need a secret, which no message quotes', () => {
    expect(() => loadRemoteWorkers({ WORKER_DNS: 'workers:8082' })).to.throw('WORKER_SECRET is ""');
    expect(() => loadRemoteWorkers({ ...SECRET, WORKER_SECRET: 'short' })).to.throw('WORKER_SECRET is "***"');
  });

  it('name the variable at fault', () => {
    for (const text of ['10.0.0.7:8082', 'ftp://a', 'http://a/path', 'http://user:password@a'])
      expect(() => loadRemoteWorkers({ ...SECRET, WORKER_URLS: text })).to.throw('WORKER_URLS');
    for (const text of ['workers:0', 'workers:8082/path', 'two words:1'])
      expect(() => loadRemoteWorkers({ ...SECRET, WORKER_DNS: text })).to.throw('WORKER_DNS');
  });

  it('replace children and the demo, whose cameras are on this machine', () => {
    const config = loadConfig({ ...SECRET, WORKER_URLS: 'http://10.0.0.7:8082' });
    expect(rtspWorkerNames(config)).to.deep.equal([]);
    expect(config.demo.isOn).to.equal(false);
  });
});
