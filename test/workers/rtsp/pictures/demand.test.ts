import { expect } from 'chai';
import { demandOf } from '../../../../workers/rtsp/pictures/demand.ts';

describe('The demand of viewers', () => {
  const viewers = (maxFps: number, needsFullQuality = true) => ({ maxFps, needsFullQuality });

  it('is nothing without viewers', () => {
    expect(demandOf(viewers(0), 1000)).to.equal('none');
  });

  it('is every picture, in lower quality for analysis alone', () => {
    expect(demandOf(viewers(15), 1000)).to.equal('all');
    expect(demandOf(viewers(15, false), 1000)).to.equal('analysis');
  });

  it('is keyframes where the rate is low and they come often enough', () => {
    expect(demandOf(viewers(1), 1000)).to.equal('keyframes');
    expect(demandOf(viewers(1), 1090), 'a little late').to.equal('keyframes');
    expect(demandOf(viewers(1), 1200)).to.equal('all');
    expect(demandOf(viewers(2), 500)).to.equal('keyframes');
    expect(demandOf(viewers(5), 100), 'no low rate').to.equal('all');
  });

  it('is every picture while the distance of keyframes is unknown', () => {
    expect(demandOf(viewers(1))).to.equal('all');
  });
});
