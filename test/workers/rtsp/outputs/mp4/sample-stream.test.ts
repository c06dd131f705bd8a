import { expect } from 'chai';
import type { AudioCodec } from '#shared/media/audio-track.ts';
import type { Sample, SoundSample } from '#shared/media/mp4/fragment.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import { type SampleSink, SampleStream } from '../../../../../workers/rtsp/outputs/mp4/sample-stream.ts';
import { AAC_TRACK, packetOf, SETS, slice, trackOf } from '../../../../shared/media/mp4/material.ts';

/** A sink that writes down what it hears. */
class Notes {
  readonly heard: string[] = [];
  readonly samples: Sample[] = [];
  readonly sound: SoundSample[] = [];
  readonly stream: SampleStream;

  constructor(soundCodecs: readonly AudioCodec[] = ['aac']) {
    const sink: SampleSink = {
      onFormat: (format, sound) =>
        void this.heard.push([format.codecString, sound?.codecString ?? []].flat().join()),
      onSample: (sample) => {
        this.samples.push(sample);
        this.heard.push(sample.keyframe ? 'keyframe' : 'sample');
      },
      onSound: (samples) => void this.sound.push(...samples),
      onUnsupported: ({ code }) => void this.heard.push(code),
      onRemoved: () => void this.heard.push('removed'),
      onFailure: ({ code }) => void this.heard.push(code),
    };
    this.stream = new SampleStream(sink, { codecs: soundCodecs });
  }
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

  describe('with sound', () => {
    const FRAME = Buffer.from('a frame');
    const withSound = (audio: VideoTrack['audio'] = AAC_TRACK): VideoTrack => ({
      ...trackOf('h264', SETS.high),
      ...(audio === undefined ? {} : { audio }),
    });
    const frames = () => notes.sound.filter(({ data }) => data.equals(FRAME)).length;

    it('names both, and gives the sound as it comes', () => {
      stream.onTrack(withSound());
      stream.onPacket(packetOf(0, { keyframe: true }));
      stream.onAudio({ data: FRAME, ticks: 0 });
      stream.onAudio({ data: FRAME, ticks: 1024 });
      expect(notes.heard).to.deep.equal(['avc1.640028,mp4a.40.2', 'keyframe']);
      expect(frames()).to.equal(2);
    });

    it('has silence for each picture until something is heard', () => {
      stream.onTrack(withSound());
      for (let index = 0; index < 50; index += 1) {
        stream.onPacket(packetOf(index * 40, { keyframe: index === 0 }));
        const end = notes.sound.at(-1);
        expect(((end?.decodeTime ?? 0) + (end?.duration ?? 0)) / 16).to.be.at.least((index + 1) * 40);
      }
    });

    it('leaves out sound of a codec that is not wanted, or that MP4 does not carry', () => {
      const pcm = { codec: 'pcmu', clockHz: 8000, channels: 1, config: Buffer.alloc(0) } as const;
      for (const [audio, wanted] of [
        [AAC_TRACK, []],
        [pcm, ['aac', 'pcmu']],
        [{ ...AAC_TRACK, config: Buffer.from('0a10', 'hex') }, ['aac']],
      ] as const) {
        notes = new Notes(wanted);
        notes.stream.onTrack(withSound(audio));
        notes.stream.onPacket(packetOf(0, { keyframe: true }));
        notes.stream.onAudio({ data: FRAME, ticks: 0 });
        expect([notes.heard[0], notes.sound]).to.deep.equal(['avc1.640028', []]);
      }
    });

    it('keeps its track, in silence, when the camera comes back without sound', () => {
      stream.onTrack(withSound());
      stream.onPacket(packetOf(0, { keyframe: true }));
      stream.onTrack(trackOf('h264', SETS.high));
      stream.onPacket(packetOf(0, { keyframe: true }));
      stream.onAudio({ data: FRAME, ticks: 0 });
      expect(notes.heard[2]).to.equal('avc1.640028,mp4a.40.2');
      expect(frames()).to.equal(0);
      expect(notes.sound.length).to.be.greaterThan(1);
    });

    it('drops what is heard before the first keyframe of a session', () => {
      stream.onTrack(withSound());
      stream.onAudio({ data: FRAME, ticks: 0 });
      stream.onPacket(packetOf(0, { keyframe: true }));
      stream.onTrack(withSound());
      stream.onAudio({ data: FRAME, ticks: 0 });
      expect(frames()).to.equal(0);
    });
  });
});
