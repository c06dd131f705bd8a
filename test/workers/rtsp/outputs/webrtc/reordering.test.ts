import { expect } from 'chai';
import { ReorderingWatch } from '../../../../../workers/rtsp/outputs/webrtc/rtp/reordering.ts';

/** A slice that is no keyframe's: first_mb_in_slice 0 (`1`), then slice_type as Exp-Golomb, then ones. */
const P_SLICE = Buffer.from([0x41, 0b1_1_111111, 0xff]);
const P_ONLY_SLICE = Buffer.from([0x41, 0b1_00110_11, 0xff]);
const B_SLICE = Buffer.from([0x01, 0b1_010_1111, 0xff]);
const B_ONLY_SLICE = Buffer.from([0x01, 0b1_00111_11, 0xff]);

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

  it('detects times that go back, for every codec, and remembers', () => {
    expect(
      found('hevc', [
        [0, P_SLICE, true],
        [120, P_SLICE],
        [40, P_SLICE],
        [160, P_SLICE],
      ]),
    ).to.deep.equal([false, false, true, true]);
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
