import { expect } from 'chai';
import { obstacle } from './namespaces.ts';

describe('Faults of an agent over network namespaces', () => {
  it('say that they need root', () => {
    expect(obstacle('/usr/bin', 1000)).to.match(/need (root|Linux)/);
  });

  it('say which program is missing, and its package', function () {
    if (process.platform !== 'linux') this.skip();
    const missing = obstacle('/nowhere', 0, []) ?? '';
    expect(missing).to.contain('nft (apt-get install nftables)').and.contain('nginx (apt-get install nginx)');
  });
});
