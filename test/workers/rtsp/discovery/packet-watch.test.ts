import { expect } from 'chai';
import type { VideoTrack } from '#shared/media/packet.ts';
import { PacketWatch } from '../../../../workers/rtsp/discovery/packet-watch.ts';

/** Slices as of the test of the order: a keyframe, and pictures with P and B slices. */
const KEY = Buffer.from([0, 0, 0, 1, 0x65, 0xb8, 0xff]);
const P = Buffer.from([0, 0, 0, 1, 0x41, 0xff, 0xff]);
const B = Buffer.from([0, 0, 0, 1, 0x01, 0b1_010_1111, 0xff]);
const TRACK: VideoTrack = { codec: 'h264', parameterSets: Buffer.alloc(0), announcedFps: undefined };

/** Whether B-frames are found in pictures with these times. */
function findsBFrames(pictures: readonly (readonly [number, Buffer])[]): boolean {
  const watch = new PacketWatch();
  watch.onTrack(TRACK);
  pictures.forEach(([mediaTimeMs, data], index) => {
    watch.onPacket({ data, keyframe: data === KEY, mediaTimeMs, capturedAt: 0, sequence: index + 1 });
  });
  return watch.facts().hasBFrames;
}

describe('PacketWatch', () => {
  it('finds B-frames', () => {
    const pictures = [
      [0, KEY],
      [120, P],
      [40, B],
      [80, B],
    ] as const;
    expect(findsBFrames(pictures)).to.equal(true);
  });

  it('takes no clock for B-frames that is set back, as after a network that held packets back', () => {
    const pictures = [
      [0, KEY],
      [40, P],
      [30, P],
      [70, P],
      [60, P],
    ] as const;
    expect(findsBFrames(pictures)).to.equal(false);
  });

  it('takes no camera for slower of which the newest pictures are held back', () => {
    let now = 0;
    const watch = new PacketWatch(() => now);
    watch.onTrack(TRACK);
    for (let index = 0; index < 20; index += 1) {
      const mediaTimeMs = index * 40;
      now = index < 19 ? mediaTimeMs : 1500;
      const data = index % 10 === 0 ? KEY : P;
      watch.onPacket({ data, keyframe: data === KEY, mediaTimeMs, capturedAt: 0, sequence: index + 1 });
    }
    expect(watch.facts()).to.deep.equal({ fps: 25, keyframeIntervalMs: 400, hasBFrames: false });
  });
});
