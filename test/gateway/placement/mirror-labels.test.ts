import { expect } from 'chai';
import { labelsCarriedBy, MIRROR_LABELS } from '../../../gateway/placement/mirror-labels.ts';
import { carries } from '../../../shared/worker-labels.ts';

describe('Labels of workers that give video of agents’ cameras', () => {
  const labels = labelsCarriedBy([
    { name: 'a.rtsp-0', address: 'sealed', labels: '{"gpu":"1"}' },
    { name: 'remote', address: null, labels: '{"site":"berlin"}' },
  ]);

  it('binds such cameras to processes of gateways, which dial the door of their gateway', () => {
    expect(carries(labels.get('a.rtsp-0') ?? {}, MIRROR_LABELS)).to.equal(true);
    expect(carries(labels.get('remote') ?? {}, MIRROR_LABELS)).to.equal(false);
  });

  it('keeps what workers carry anyway', () => {
    expect(labels.get('a.rtsp-0')).to.include({ gpu: '1' });
    expect(labels.get('remote')).to.deep.equal({ site: 'berlin' });
  });
});
