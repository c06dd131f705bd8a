import { expect } from 'chai';
import { ownerOf } from '../../../gateway/worker-access/owner.ts';

const IDS = Array.from({ length: 1000 }, (_, index) => `camera-${index}`);

describe('ownerOf', () => {
  it('gives a camera the same worker every time, in whatever order workers are named', () => {
    for (const id of IDS.slice(0, 20)) {
      expect(ownerOf(id, ['a', 'b', 'c'])).to.equal(ownerOf(id, ['c', 'a', 'b']));
    }
  });

  it('spreads cameras evenly', () => {
    const workers = ['rtsp-0', 'rtsp-1', 'rtsp-2', 'rtsp-3'];
    for (const worker of workers) {
      expect(IDS.filter((id) => ownerOf(id, workers) === worker).length).to.be.within(200, 300);
    }
  });

  it('moves only the cameras that the new worker takes when the pool grows', () => {
    const moved = IDS.filter((id) => ownerOf(id, ['a', 'b', 'c']) !== ownerOf(id, ['a', 'b']));
    expect(moved.every((id) => ownerOf(id, ['a', 'b', 'c']) === 'c')).to.equal(true);
    expect(moved.length).to.be.within(270, 400);
  });

  it('refuses an empty pool', () => {
    expect(() => ownerOf('1', [])).to.throw('at least one worker');
  });
});
