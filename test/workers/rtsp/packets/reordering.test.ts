import { expect } from 'chai';
import { ReorderingWatch } from '../../../../workers/rtsp/packets/reordering.ts';

/** A slice that is no keyframe's: first_mb_in_slice 0 (`1`), then slice_type as Exp-Golomb, then ones. */
const P_SLICE = Buffer.from([0x41, 0b1_1_111111, 0xff]);
const P_ONLY_SLICE = Buffer.from([0x41, 0b1_00110_11, 0xff]);
const B_SLICE = Buffer.from([0x01, 0b1_010_1111, 0xff]);
const B_ONLY_SLICE = Buffer.from([0x01, 0b1_00111_11, 0xff]);

/** A set of the profile Baseline, whose pictures are in order. */
const BASELINE_SPS = Buffer.concat([
  Buffer.from([0, 0, 0, 1]),
  Buffer.from('Z0LAHtkDxWhAAAADAEAAAAwDxYuS', 'base64'),
]);

const found = (codec: 'h264' | 'hevc', packets: [number, Buffer, boolean?][]) => {
  const watch = new ReorderingWatch(codec);
  return packets.map(([mediaTimeMs, data, keyframe = false]) =>
    watch.add({ nals: [data], keyframe, mediaTimeMs }),
  );
};

describe('ReorderingWatch', () => {
  it('lets pictures pass that are shown in the order they are sent', () => {
    expect(
      found('h264', [
        [0, P_SLICE, true],
        [40, P_SLICE],
        [80, P_ONLY_SLICE],
      ]),
    ).to.deep.equal([false, false, false]);
  });

  it('finds B slices of H.264 by their type', () => {
    expect(found('h264', [[0, B_SLICE]])).to.deep.equal([true]);
    expect(found('h264', [[0, B_ONLY_SLICE]])).to.deep.equal([true]);
  });

  it('finds the times of H.265 that go back again and again, and remembers', () => {
    expect(
      found('hevc', [
        [0, P_SLICE, true],
        [120, P_SLICE],
        [40, P_SLICE],
        [80, P_SLICE],
        [240, P_SLICE],
        [160, P_SLICE],
        [200, P_SLICE],
      ]),
    ).to.deep.equal([false, false, false, false, false, true, true]);
  });

  for (const codec of ['h264', 'hevc'] as const) {
    it(`takes a clock that is set back for no other order of ${codec}`, () => {
      const times = [0, 40, 80, 0, 40, 80, 120, 160, 200];
      expect(
        found(
          codec,
          times.map((time) => [time, P_SLICE]),
        ),
      ).to.not.include(true);
    });
  }

  it('knows the order by the parameter sets where they say that pictures are shown as they come', () => {
    expect(new ReorderingWatch('h264', BASELINE_SPS).isKnown).to.equal(true);
    expect(new ReorderingWatch('h264', BASELINE_SPS.subarray(0, 7)).isKnown).to.equal(false);
  });

  it('knows the order after a few pictures', () => {
    const watch = new ReorderingWatch('h264');
    const known = [0, 40, 80, 120].map((mediaTimeMs) => {
      watch.add({ nals: [P_SLICE], keyframe: false, mediaTimeMs });
      return watch.isKnown;
    });
    expect(known).to.deep.equal([false, false, false, true]);
  });

  it('does not take B slices of H.265 for reordering, since they are used without it', () => {
    expect(found('hevc', [[0, B_SLICE]])).to.deep.equal([false]);
  });

  it('survives anything', () => {
    expect(
      found('h264', [
        [0, Buffer.from([0x41])],
        [40, Buffer.alloc(0)],
      ]),
    ).to.deep.equal([false, false]);
  });
});
