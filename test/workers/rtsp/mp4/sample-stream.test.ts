import { expect } from 'chai';
import type { Sample } from '../../../../workers/rtsp/mp4/fragment.ts';
import { SampleStream } from '../../../../workers/rtsp/mp4/sample-stream.ts';
import { packetOf, SETS, slice, trackOf } from './material.ts';

/** A sink that writes down what it hears. */
class Notes {
  readonly heard: string[] = [];
  readonly samples: Sample[] = [];
  readonly stream = new SampleStream({
    onFormat: ({ codecString }) => void this.heard.push(codecString),
    onSample: (sample) => {
      this.samples.push(sample);
      this.heard.push(sample.keyframe ? 'keyframe' : 'sample');
    },
    onUnsupported: ({ code }) => void this.heard.push(code),
    onRemoved: () => void this.heard.push('removed'),
  });
}

describe('SampleStream', () => {
  let notes: Notes;
  let stream: SampleStream;
  beforeEach(() => {
    notes = new Notes();
    ({ stream } = notes);
  });

  it('describes the video before the first keyframe, and drops what cannot be decoded before it', () => {
    stream.onTrack(trackOf('h264', SETS.high));
    stream.onPacket(packetOf(0));
    stream.onPacket(packetOf(40, { keyframe: true }));
    stream.onPacket(packetOf(80));
    expect(notes.heard).to.deep.equal(['avc1.640028', 'keyframe', 'sample']);
    expect(notes.samples[0]?.decodeTime).to.equal(0);
  });

  it('takes parameter sets from the stream when none are announced, and waits until they come', () => {
    stream.onTrack(trackOf('h264'));
    stream.onPacket(packetOf(0, { keyframe: true }));
    expect(notes.heard).to.deep.equal([]);
    stream.onPacket(packetOf(40, { keyframe: true, nals: [...SETS.baseline, slice(true)] }));
    expect(notes.heard).to.deep.equal(['avc1.42c016', 'keyframe']);
    expect(notes.samples[0]?.nals).to.deep.equal([slice(true)]);
  });

  it('describes the video anew when its parameters change, and not when they are repeated', () => {
    stream.onTrack(trackOf('h264', SETS.high));
    stream.onPacket(packetOf(0, { keyframe: true, nals: [...SETS.high, slice(true)] }));
    stream.onPacket(packetOf(40, { keyframe: true, nals: [...SETS.high, slice(true)] }));
    stream.onPacket(packetOf(80, { keyframe: true, nals: [...SETS.bframes, slice(true)] }));
    expect(notes.heard).to.deep.equal(['avc1.640028', 'keyframe', 'keyframe', 'avc1.4d401e', 'keyframe']);
  });

  it('begins every session with a description and a keyframe', () => {
    stream.onTrack(trackOf('h264', SETS.high));
    stream.onPacket(packetOf(0, { keyframe: true }));
    stream.onTrack(trackOf('hevc', SETS.hevc));
    stream.onPacket(packetOf(40));
    stream.onPacket(packetOf(80, { keyframe: true, nals: [Buffer.from([0x26, 1, 1])] }));
    expect(notes.heard).to.deep.equal(['avc1.640028', 'keyframe', 'hvc1.1.6.L120.90', 'keyframe']);
  });

  it('refuses MJPEG and sets that cannot be read with a code, and recovers with the next session', () => {
    stream.onTrack(trackOf('mjpeg'));
    stream.onPacket(packetOf(0, { keyframe: true }));
    stream.onTrack(trackOf('h264', [SETS.high[0].subarray(0, 6), SETS.high[1]]));
    stream.onPacket(packetOf(0, { keyframe: true }));
    stream.onTrack(trackOf('h264', SETS.high));
    stream.onPacket(packetOf(0, { keyframe: true }));
    const refused = 'mse-unsupported-codec';
    expect(notes.heard).to.deep.equal([refused, refused, 'avc1.640028', 'keyframe']);
  });

  it('passes on that the camera was removed, and takes it when it comes back', () => {
    stream.onTrack(trackOf('h264', SETS.high));
    stream.onRemoved();
    stream.onPacket(packetOf(0, { keyframe: true }));
    stream.onTrack(trackOf('h264', SETS.high));
    stream.onPacket(packetOf(0, { keyframe: true }));
    expect(notes.heard).to.deep.equal(['removed', 'avc1.640028', 'keyframe']);
  });
});
