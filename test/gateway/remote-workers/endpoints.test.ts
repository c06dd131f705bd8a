import { expect } from 'chai';
import { listEndpoints, type NameService } from '../../../gateway/remote-workers/endpoints.ts';

const NAMES: NameService = {
  lookup: async () => [{ address: '10.0.0.7' }, { address: 'fd00::7' }],
  resolveSrv: async (name) => [
    { name: `a.${name}`, port: 8082 },
    { name: `b.${name}`, port: 9000 },
  ],
};

describe('Endpoints of remote workers', () => {
  it('are those of the list', async () => {
    const urls = ['http://10.0.0.7:8082', 'https://worker.example'];
    expect(await listEndpoints({ urls, dns: undefined }, NAMES)).to.deep.equal(urls);
  });

  it('are every address of a name with a port, and each once', async () => {
    const dns = { protocol: 'http:', name: 'workers', port: 8082 } as const;
    expect(await listEndpoints({ urls: ['http://10.0.0.7:8082'], dns }, NAMES)).to.deep.equal([
      'http://10.0.0.7:8082',
      'http://[fd00::7]:8082',
    ]);
  });

  it('are host and port of every SRV record', async () => {
    const dns = { protocol: 'https:', name: '_w._tcp.example', port: undefined } as const;
    expect(await listEndpoints({ urls: [], dns }, NAMES)).to.deep.equal([
      'https://a._w._tcp.example:8082',
      'https://b._w._tcp.example:9000',
    ]);
  });
});
