import { expect } from 'chai';
import type { AudioCodec, AudioTrack } from '#shared/media/audio-track.ts';
import { AudioStream } from '../../../../../workers/rtsp/outputs/webrtc/audio-stream.ts';
import { AudioSender } from '../../../../../workers/rtsp/outputs/webrtc/rtp/audio-sender.ts';
import type { CarriedAudio, OpenAudioTranscoder } from '../../../../../workers/rtsp/packets/carried-audio.ts';

const trackOf = (codec: AudioCodec): AudioTrack => ({
  codec,
  clockHz: codec === 'opus' ? 48_000 : 8000,
  channels: 1,
  config: Buffer.alloc(0),
});

describe('The sound of a camera for its viewers', () => {
  let open = 0;
  let stream: AudioStream;

  /** Turns a packet into another synchronously. */
  const openTranscoder: OpenAudioTranscoder = (_track, emit) => {
    open += 1;
    return {
      push: ({ data }) => emit({ data: Buffer.from(`opus of ${data}`), ticks: 0 }),
      close: () => {
        open -= 1;
      },
    };
  };

  beforeEach(() => {
    open = 0;
    stream = new AudioStream(openTranscoder);
  });

  function listener(
    payloadTypes: [CarriedAudio, number][] = [
      ['opus', 111],
      ['pcmu', 0],
    ],
  ) {
    const heard: { payloadType: number; text: string; ticks: number }[] = [];
    const sender = new AudioSender({
      ssrc: 1,
      payloadTypes: new Map(payloadTypes),
      send: (packet) =>
        heard.push({
          payloadType: packet.readUInt8(1),
          text: packet.subarray(12).toString(),
          ticks: packet.readUInt32BE(4),
        }),
    });
    return { sender, heard };
  }

  const push = (text: string) => stream.push({ data: Buffer.from(text), ticks: 0 });

  it('reaches all listeners, and no others', () => {
    stream.begin(trackOf('pcmu'));
    const [first, second] = [listener(), listener()];
    stream.add(first.sender);
    push('one');
    stream.add(second.sender);
    push('two');
    stream.remove(first.sender);
    push('three');
    expect(first.heard.map(({ text }) => text)).to.deep.equal(['one', 'two']);
    expect(second.heard.map(({ text }) => text)).to.deep.equal(['two', 'three']);
  });

  it('is converted from AAC only while someone listens who takes Opus', () => {
    stream.begin(trackOf('aac'));
    expect(stream.codec).to.equal('opus');
    expect(open).to.equal(0);
    const { sender, heard } = listener();
    const other = listener([['pcmu', 0]]);
    stream.add(other.sender);
    expect(open).to.equal(0);
    stream.add(sender);
    expect(open).to.equal(1);
    push('aac');
    expect(heard.map(({ payloadType, text }) => [payloadType, text])).to.deep.equal([[111, 'opus of aac']]);
    stream.remove(sender);
    expect(open).to.equal(0);
    expect(other.heard).to.deep.equal([]);
  });

  it('is converted no longer when the camera comes back with another codec, or not at all', () => {
    const { sender, heard } = listener();
    stream.add(sender);
    stream.begin(trackOf('aac'));
    stream.begin(trackOf('pcmu'));
    expect(open).to.equal(0);
    push('pcm');
    expect(heard.map(({ payloadType, text }) => [payloadType, text])).to.deep.equal([[0, 'pcm']]);
    stream.begin(trackOf('aac'));
    stream.close();
    expect(open).to.equal(0);
  });

  it('is none where AAC cannot be converted, or the camera has no sound', () => {
    const plain = new AudioStream(undefined);
    plain.begin(trackOf('aac'));
    expect(plain.codec).to.equal(undefined);
    stream.begin(undefined);
    expect(stream.codec).to.equal(undefined);
  });

  it('comes in packets that fit every network: PCM is cut, what cannot be cut is left out', () => {
    const { sender, heard } = listener();
    stream.add(sender);
    stream.begin(trackOf('pcmu'));
    push('x'.repeat(2000));
    expect(heard.map(({ text }) => text.length)).to.deep.equal([960, 960, 80]);
    expect((heard[2]?.ticks ?? 0) - (heard[0]?.ticks ?? 0)).to.equal(1920);
    stream.begin(trackOf('opus'));
    push('x'.repeat(2000));
    expect(heard).to.have.length(3);
  });
});
