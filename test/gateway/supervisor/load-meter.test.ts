import { expect } from 'chai';
import { LoadMeter } from '../../../gateway/supervisor/load-meter.ts';

describe('The load of a worker', () => {
  let now: number;
  let meter: LoadMeter;

  beforeEach(() => {
    now = 1000;
    meter = new LoadMeter(() => now);
  });

  it('is known from the second answer on: processor time in relation to time', () => {
    meter.add(500);
    expect(meter.share).to.equal(undefined);
    now += 5000;
    meter.add(500 + 1250);
    expect(meter.share).to.equal(0.25);
    now += 5000;
    meter.add(500 + 1250 + 10_000);
    expect(meter.share).to.equal(2);
  });

  it('is not told from answers that came right after each other', () => {
    meter.add(0);
    now += 5000;
    meter.add(500);
    now += 10;
    meter.add(510);
    expect(meter.share).to.equal(0.1);
  });

  it('stays unknown for a worker that reports no CPU time', () => {
    meter.add(undefined);
    now += 5000;
    meter.add(undefined);
    expect(meter.share).to.equal(undefined);
  });
});
