import { expect } from 'chai';
import { readLabels } from '../../shared/label-settings.ts';
import { carries, labelsText, parseLabels } from '../../shared/worker-labels.ts';

describe('Labels of workers and cameras', () => {
  it('match where a worker carries all that a camera asks for', () => {
    const worker = { site: 'berlin', gpu: '1' };
    expect(carries(worker, {})).to.equal(true);
    expect(carries(worker, { site: 'berlin' })).to.equal(true);
    expect(carries(worker, { site: 'berlin', gpu: '2' })).to.equal(false);
    expect(carries({}, { constructor: 'x' })).to.equal(false);
  });

  it('are one text in any order, which reads as the same labels', () => {
    expect(labelsText({ site: 'berlin', gpu: '1' })).to.equal('gpu=1,site=berlin');
    expect(parseLabels('gpu=1,site=berlin')).to.deep.equal({ gpu: '1', site: 'berlin' });
    expect(parseLabels('')).to.deep.equal({});
  });

  it('are read from WORKER_LABELS, which is refused where it names none', () => {
    expect(readLabels({ WORKER_LABELS: ' site = berlin , gpu=1,' })).to.deep.equal({
      site: 'berlin',
      gpu: '1',
    });
    for (const WORKER_LABELS of ['berlin', 'site=', '=berlin', 'a=b=c', 'site=a b', 'site=a,site=b'])
      expect(() => readLabels({ WORKER_LABELS }), WORKER_LABELS).to.throw('WORKER_LABELS');
  });
});
