import { expect } from 'chai';
import { RestartPolicy } from '../../../gateway/supervisor/restart-policy.ts';
import { RESTART_TIMINGS } from '../../../gateway/supervisor/worker-spec.ts';

const EARLY = { readyMs: 0, isFinal: false };
const MIDDLE = 0.5;

describe('RestartPolicy', () => {
  /** Fails `count` times, each as soon as the wait before it is over; tells the waits in seconds. */
  function waits(policy: RestartPolicy, count: number, { aliveMs = 0 } = {}): number[] {
    let now = 0;
    return Array.from({ length: count }, () => {
      now += aliveMs;
      const { delayMs } = policy.fail(now, { readyMs: aliveMs, isFinal: false });
      now += delayMs;
      return delayMs / 1000;
    });
  }

  const patient = { ...RESTART_TIMINGS, intensity: 100 };

  it('waits 250 ms, then 1 s, then twice as long each time, up to 30 s', () => {
    const policy = new RestartPolicy(patient, () => MIDDLE);
    expect(waits(policy, 8)).to.deep.equal([0.25, 1, 2, 4, 8, 16, 30, 30]);
  });

  it('varies every delay but the first by a quarter in both directions', () => {
    expect(waits(new RestartPolicy(patient, () => 0), 4)).to.deep.equal([0.25, 0.75, 1.5, 3]);
    expect(waits(new RestartPolicy(patient, () => 0.999_999), 2)[1]).to.be.closeTo(1.25, 0.001);
  });

  it('begins anew after 60 s of being ready', () => {
    const policy = new RestartPolicy(patient, () => MIDDLE);
    waits(policy, 5);
    expect(policy.fail(0, { readyMs: 59_999, isFinal: false }).delayMs).to.equal(16_000);
    expect(policy.fail(0, { readyMs: 60_000, isFinal: false }).delayMs).to.equal(250);
  });

  it('F6: sees a crash loop in the eighth failure, about a minute after the first', () => {
    for (const random of [0, MIDDLE, 0.999]) {
      const policy = new RestartPolicy(RESTART_TIMINGS, () => random);
      const lasted = waits(policy, 7).reduce((sum, wait) => sum + wait, 0);
      expect(lasted).to.be.within(45, 90);
      expect(policy.fail(lasted * 1000, EARLY)).to.deep.equal({ delayMs: 60_000, hasFailed: true });
    }
  });

  it('does not take a worker for a crash loop that dies every 40 s', () => {
    const policy = new RestartPolicy(RESTART_TIMINGS, () => MIDDLE);
    expect(Math.max(...waits(policy, 100, { aliveMs: 40_000 }))).to.equal(30);
  });

  it('in a crash loop tries once after 60 s, after 120 s, then every 300 s', () => {
    const policy = new RestartPolicy(RESTART_TIMINGS, () => MIDDLE);
    expect(waits(policy, 12).slice(7)).to.deep.equal([60, 120, 300, 300, 300]);
  });

  it('ends the crash loop when a try was ready for 60 s', () => {
    const policy = new RestartPolicy(RESTART_TIMINGS, () => MIDDLE);
    waits(policy, 8);
    const decision = policy.fail(130_000, { readyMs: 60_000, isFinal: false });
    expect(decision).to.deep.equal({ delayMs: 250, hasFailed: false });
  });

  it('F7: fails immediately after a final error', () => {
    const policy = new RestartPolicy(RESTART_TIMINGS);
    expect(policy.fail(0, { readyMs: 0, isFinal: true })).to.deep.equal({ delayMs: 60_000, hasFailed: true });
  });

  it('forgets everything when an operator asks for a restart', () => {
    const policy = new RestartPolicy(RESTART_TIMINGS, () => MIDDLE);
    waits(policy, 9);
    policy.reset();
    expect(waits(policy, 7)).to.deep.equal([0.25, 1, 2, 4, 8, 16, 30]);
  });

  it('calls a worker flapping after five failures in half an hour, as long as it comes back', () => {
    const policy = new RestartPolicy(RESTART_TIMINGS);
    const minute = 60_000;
    for (let count = 0; count < 4; count += 1) policy.fail(count * 7 * minute, EARLY);
    expect(policy.isFlapping(21 * minute)).to.equal(false);
    policy.fail(28 * minute, EARLY);
    expect(policy.isFlapping(28 * minute)).to.equal(true);
    expect(policy.isFlapping(31 * minute)).to.equal(false);
  });
});
