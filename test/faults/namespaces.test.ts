import { expect } from 'chai';
import { obstacle } from './namespaces.ts';

const PROGRAMS = { ip: 'iproute2', nft: 'nftables', nginx: 'nginx' };

describe('Faults over network namespaces', () => {
  it('say that they need root', () => {
    expect(obstacle(PROGRAMS, { path: '/usr/bin', userId: 1000 })).to.match(/need (root|Linux)/);
  });

  it('say which program is missing, and its package', function () {
    if (process.platform !== 'linux') this.skip();
    const missing = obstacle(PROGRAMS, { path: '/nowhere', userId: 0, moreFolders: [] }) ?? '';
    expect(missing).to.contain('nft (apt-get install nftables)').and.contain('nginx (apt-get install nginx)');
  });
});
