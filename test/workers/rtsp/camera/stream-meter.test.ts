import { expect } from 'chai';
import { StreamMeter } from '../../../../workers/rtsp/camera/stream-meter.ts';

const packet = { data: Buffer.alloc(10), keyframe: false, mediaTimeMs: 0, capturedAt: 0 };

function meterOf(arrivals: readonly number[]): StreamMeter {
  const meter = new StreamMeter();
  for (const arrival of arrivals) meter.add(packet, arrival);
  return meter;
}
const steady = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + (index * 1000) / 15);

describe('StreamMeter', () => {
  it('tells the rate of a camera half a second after its first picture', () => {
    const arrivals = steady(8);
    expect(meterOf(arrivals).frameRate(arrivals.at(-1))).to.be.within(14.9, 15.1);
  });

  it('tells no more than was seen before that', () => {
    expect(meterOf([0]).frameRate(1)).to.be.at.most(1);
    expect(meterOf([0, 0.1]).frameRate(1)).to.be.at.most(20);
  });

  it('leaves out the burst of old pictures that a session begins with', () => {
    const burst = Array.from({ length: 30 }, (_, index) => index * 2);
    const arrivals = [...burst, ...steady(8, 80)];
    expect(meterOf(arrivals).frameRate(arrivals.at(-1))).to.be.within(12, 17);
  });

  it('falls to 0 with the stream', () => {
    expect(meterOf(steady(30)).frameRate(10_000)).to.equal(0);
  });

  it('measures the distance of keyframes by their arrival', () => {
    const meter = new StreamMeter();
    for (const arrival of [0, 1000, 2000]) meter.add({ ...packet, keyframe: true }, arrival);
    expect(meter.keyframeIntervalMs).to.equal(1000);
  });
});
