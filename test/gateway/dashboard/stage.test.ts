import { expect } from 'chai';
import { moved, NO_ZOOM, zoomedAt } from '../../../gateway/dashboard/browser/elements/zoom.ts';

const SIZE = { width: 800, height: 450 };

describe('The zoom into a picture', () => {
  it('keeps what is below the pointer where it is', () => {
    const point = { x: 200, y: 100 };
    const { scale, x, y } = zoomedAt(NO_ZOOM, point, 2, SIZE);
    expect([scale, x + scale * point.x, y + scale * point.y]).to.deep.equal([2, point.x, point.y]);
  });

  it('never shows what is beyond the edge of the picture', () => {
    const zoom = zoomedAt(NO_ZOOM, { x: 400, y: 225 }, 2, SIZE);
    expect(moved(zoom, { x: 9999, y: 9999 }, SIZE)).to.deep.equal({ scale: 2, x: 0, y: 0 });
    expect(moved(zoom, { x: -9999, y: -9999 }, SIZE)).to.deep.equal({ scale: 2, x: -800, y: -450 });
  });

  it('ends at the whole picture and at eight times its size', () => {
    expect(zoomedAt({ scale: 2, x: -50, y: -50 }, { x: 0, y: 0 }, 0.1, SIZE)).to.deep.equal(NO_ZOOM);
    expect(zoomedAt(NO_ZOOM, { x: 0, y: 0 }, 100, SIZE).scale).to.equal(8);
  });
});
