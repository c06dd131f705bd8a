import { expect } from 'chai';
import { SlowViewers } from '../../../gateway/sockets/slow-viewers.ts';

describe('SlowViewers', () => {
  it('counts the viewers of each camera that skipped frames within 10 s', () => {
    let now = 0;
    const slow = new SlowViewers(() => now);
    const [one, other] = [{}, {}];
    slow.note('1', one);
    slow.note('1', other);
    slow.note('1', other);
    slow.note('2', one);
    expect(slow.list()).to.deep.equal([
      { cameraId: '1', viewers: 2, reason: 'network' },
      { cameraId: '2', viewers: 1, reason: 'network' },
    ]);
    now = 8000;
    slow.note('1', one);
    now = 11_000;
    expect(slow.list()).to.deep.equal([{ cameraId: '1', viewers: 1, reason: 'network' }]);
  });

  it('forgets viewers that left', () => {
    const slow = new SlowViewers(() => 0);
    const client = {};
    slow.note('1', client);
    slow.forget(client);
    expect(slow.list()).to.deep.equal([]);
  });
});
