import { expect } from 'chai';
import type { AccessUnit } from '#shared/media/packet.ts';
import { H265Depacketizer } from '#shared/media/rtp/h265.ts';

const START = Buffer.from([0, 0, 0, 1]);
const VPS = Buffer.from([0x40, 0x01, 1]);
const IDR = Buffer.from([0x26, 0x01, 2, 3, 4]);
const SLICE = Buffer.from([0x02, 0x01, 5]);

function collect() {
  const units: AccessUnit[] = [];
  return { units, depacketizer: new H265Depacketizer((unit) => units.push(unit)) };
}

const at = (timestamp: number, marker: boolean) => ({ timestamp, marker, lost: false });

describe('H265Depacketizer', () => {
  it('emits single NAL units at the marker', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(SLICE, at(1, true));
    expect(units).to.deep.equal([{ data: Buffer.concat([START, SLICE]), keyframe: false, timestamp: 1 }]);
  });

  it('unpacks aggregation packets and knows a keyframe by its IRAP slice', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(
      Buffer.concat([Buffer.from([0x60, 0x01, 0, 3]), VPS, Buffer.from([0, 5]), IDR]),
      at(1, true),
    );
    expect(units[0]?.data).to.deep.equal(Buffer.concat([START, VPS, START, IDR]));
    expect(units[0]?.keyframe).to.equal(true);
  });

  it('joins fragmentation units under the header they were cut from', () => {
    const { units, depacketizer } = collect();
    depacketizer.push(Buffer.from([0x62, 0x01, 0x93, 2, 3]), at(1, false));
    depacketizer.push(Buffer.from([0x62, 0x01, 0x53, 4]), at(1, true));
    expect(units[0]?.data).to.deep.equal(Buffer.concat([START, IDR]));
    expect(units[0]?.keyframe).to.equal(true);
  });
});
