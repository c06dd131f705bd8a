import { expect } from 'chai';
import { TokenBucket } from '#shared/frames/token-bucket.ts';

describe('TokenBucket', () => {
  let now: number;
  let bucket: TokenBucket;

  beforeEach(() => {
    now = 1000;
    bucket = new TokenBucket({ perSecond: 50, burst: 100 }, () => now);
  });

  const takeAll = () => {
    let taken = 0;
    while (bucket.take()) taken += 1;
    return taken;
  };

  it('allows a burst and nothing after it', () => {
    expect(takeAll()).to.equal(100);
    expect(bucket.take()).to.equal(false);
  });

  it('refills steadily, and never above the burst', () => {
    takeAll();
    now += 1000;
    expect(takeAll()).to.equal(50);
    now += 3_600_000;
    expect(takeAll()).to.equal(100);
  });

  it('lets a steady rate through for ever', () => {
    takeAll();
    for (let count = 0; count < 1000; count += 1) {
      now += 20;
      expect(bucket.take()).to.equal(true);
    }
  });
});
