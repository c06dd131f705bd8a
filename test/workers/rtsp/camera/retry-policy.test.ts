import { expect } from 'chai';
import { RETRY_TIMINGS, RetryPolicy } from '../../../../workers/rtsp/camera/retry-policy.ts';

const withoutJitter = (): RetryPolicy => new RetryPolicy(RETRY_TIMINGS, () => 0.5);

describe('RetryPolicy', () => {
  it('F29: waits 1, 2, 4, 8, 16 and then 30 s for a camera that is lost', () => {
    const policy = withoutJitter();
    const waits = Array.from({ length: 7 }, () => policy.delayAfter('camera-unreachable', 0));
    expect(waits).to.deep.equal([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('varies each wait by a fifth', () => {
    expect(new RetryPolicy(RETRY_TIMINGS, () => 0).delayAfter('camera-timeout', 0)).to.equal(800);
    expect(new RetryPolicy(RETRY_TIMINGS, () => 1).delayAfter('camera-timeout', 0)).to.equal(1200);
  });

  it('starts from the beginning after five seconds of frames', () => {
    const policy = withoutJitter();
    policy.delayAfter('camera-disconnected', 0);
    policy.delayAfter('camera-disconnected', 0);
    expect(policy.delayAfter('camera-disconnected', 4999)).to.equal(4000);
    expect(policy.delayAfter('camera-disconnected', 5000)).to.equal(1000);
  });

  it('F32: waits 60 s, 5 and 30 minutes when the credentials are wrong, since cameras lock addresses', () => {
    const policy = withoutJitter();
    const waits = Array.from({ length: 4 }, () => policy.delayAfter('camera-unauthorized', 0));
    expect(waits).to.deep.equal([60_000, 300_000, 1_800_000, 1_800_000]);
  });
});
