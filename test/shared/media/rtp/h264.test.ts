import { expect } from 'chai';
import type { AccessUnit } from '#shared/media/packet.ts';
import { H264Depacketizer } from '#shared/media/rtp/h264.ts';

const START = Buffer.from([0, 0, 0, 1]);
const SPS = Buffer.from([0x67, 1, 2]);
const PPS = Buffer.from([0x68, 3]);
const IDR = Buffer.from([0x65, 4, 5, 6, 7, 8]);
const SLICE = Buffer.from([0x41, 9, 9]);

function collect() {
  const units: AccessUnit[] = [];
  return { units, depacketizer: new H264Depacketizer((unit) => units.push(unit)) };
}

const at = (timestamp: number, marker: boolean, lost = false) => ({ timestamp, marker, lost });

describe('H264Depacketizer', () => {
  it('emits an access unit with the packet that carries the marker, waiting for no later one', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(SLICE, at(1, true));
    expect(units).to.deep.equal([{ data: Buffer.concat([START, SLICE]), keyframe: false, timestamp: 1 }]);
  });

  it('unpacks the NAL units of a STAP-A and knows a keyframe by its IDR slice', () => {
    const { units, depacketizer } = collect();
    const stap = Buffer.concat([
      Buffer.from([0x78, 0, 3]),
      SPS,
      Buffer.from([0, 2]),
      PPS,
      Buffer.from([0, 6]),
      IDR,
    ]);
    depacketizer.push(stap, at(1, true));
    expect(units[0]?.keyframe).to.equal(true);
    expect(units[0]?.data).to.deep.equal(Buffer.concat([START, SPS, START, PPS, START, IDR]));
  });

  it('joins the fragments of an FU-A under the header they were cut from', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(Buffer.from([0x7c, 0x85, 4, 5]), at(1, false));
    depacketizer.push(Buffer.from([0x7c, 0x05, 6]), at(1, false));
    depacketizer.push(Buffer.from([0x7c, 0x45, 7, 8]), at(1, true));
    expect(units[0]?.data).to.deep.equal(Buffer.concat([START, IDR]));
    expect(units[0]?.keyframe).to.equal(true);
  });

  it('gathers the slices of one picture', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(SLICE, at(1, false));
    depacketizer.push(SLICE, at(1, true));
    expect(units.map(({ data }) => data)).to.deep.equal([Buffer.concat([START, SLICE, START, SLICE])]);
  });

  it('ends a picture whose marker never came when the next timestamp begins', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(SLICE, at(1, false));
    depacketizer.push(SLICE, at(2, true));
    expect(units.map(({ timestamp }) => timestamp)).to.deep.equal([1, 2]);
  });

  it('does not take the marker of parameter sets for the end of a picture', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(SPS, at(1, true));
    expect(units).to.have.length(0);
    depacketizer.push(IDR, at(1, true));
    expect(units[0]?.data).to.deep.equal(Buffer.concat([START, SPS, START, IDR]));
  });

  it('drops a fragmented NAL unit whose middle was lost', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(Buffer.from([0x7c, 0x85, 4, 5]), at(1, false));
    depacketizer.push(Buffer.from([0x7c, 0x45, 7, 8]), at(1, true, true));
    expect(units).to.have.length(0);
  });

  it('survives an aggregate that promises more than it holds', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(Buffer.from([0x78, 0xff, 0xff, 1]), at(1, true));
    expect(units).to.have.length(0);
  });

  it('takes no more NAL units into a picture than one can have', () => {
    const tiny = Buffer.concat(Array.from({ length: 15_000 }, () => Buffer.from([0, 1, 0x0c])));
    const emitted: Buffer[] = [];
    const depacketizer = new H264Depacketizer(({ data }) => void emitted.push(data));
    const facts = { timestamp: 1, lost: false };
    depacketizer.push(Buffer.concat([Buffer.from([24]), tiny]), { ...facts, marker: false });
    depacketizer.push(Buffer.from([0x65, 0x88, 1]), { ...facts, marker: true });
    depacketizer.push(Buffer.from([0x65, 0x88, 1]), { ...facts, timestamp: 2, marker: true });
    depacketizer.push(Buffer.from([0x65, 0x88, 1]), { ...facts, timestamp: 3, marker: true });
    for (const data of emitted) expect(data.length).to.be.lessThan(2048 * 6);
  });
});
