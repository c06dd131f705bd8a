import { expect } from 'chai';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { SETS, trackOf } from './material.ts';

const pps = (index: number): Buffer => Buffer.from([0x68, index >> 8, index & 0xff, 1]);

describe('ParameterSets', () => {
  it('keeps each set once, and replaces those of before kind by kind', () => {
    const sets = new ParameterSets('h264', trackOf('h264', SETS.high));
    expect(sets.take([pps(1), pps(2), pps(1)])).to.equal(true);
    expect(sets.all.get(8)).to.deep.equal([pps(1), pps(2)]);
    expect(sets.all.get(7)).to.deep.equal([SETS.high[0]]);
    expect(sets.take([pps(1), pps(2)])).to.equal(false);
  });

  it('keeps no more sets and no larger ones than a decoder configuration takes', () => {
    const sets = new ParameterSets('h264', trackOf('h264', SETS.high));
    sets.take(Array.from({ length: 100_000 }, (_, index) => pps(index)));
    expect(sets.all.get(8)).to.have.length(31);
    expect(sets.take([Buffer.alloc(70_000, 0x67)])).to.equal(false);
    expect(sets.all.get(7)).to.deep.equal([SETS.high[0]]);
  });
});
