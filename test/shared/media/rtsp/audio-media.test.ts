import { expect } from 'chai';
import { parseAudioMedia } from '#shared/media/rtsp/audio-media.ts';

const VIDEO =
  'v=0\r\ns=Camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n';
const AAC = 'streamtype=5; mode=AAC-hbr; config=1408; SizeLength=13; IndexLength=3; IndexDeltaLength=3';

const audioOf = (...lines: string[]) => parseAudioMedia(`${VIDEO}${lines.join('\r\n')}\r\n`);

describe('parseAudioMedia', () => {
  it('reads AAC with its configuration and the fields before each frame', () => {
    const media = audioOf(
      'm=audio 0 RTP/AVP 97',
      'a=rtpmap:97 mpeg4-generic/16000/1',
      `a=fmtp:97 ${AAC}`,
      'a=control:track2',
    );
    expect(media).to.deep.equal({
      codec: 'aac',
      clockHz: 16_000,
      channels: 1,
      config: Buffer.from([0x14, 0x08]),
      payloadType: 97,
      control: 'track2',
      frameHeader: { size: 13, index: 3, indexDelta: 3 },
    });
  });

  it('reads Opus', () => {
    const media = audioOf('m=audio 0 RTP/AVP 111', 'a=rtpmap:111 opus/48000/2');
    expect([media?.codec, media?.clockHz, media?.channels]).to.deep.equal(['opus', 48_000, 2]);
  });

  for (const [type, codec] of [
    ['0', 'pcmu'],
    ['8', 'pcma'],
  ]) {
    it(`knows ${codec} by its static payload type`, () => {
      const media = audioOf(`m=audio 0 RTP/AVP ${type}`, 'a=control:track2');
      expect([media?.codec, media?.clockHz, media?.control]).to.deep.equal([codec, 8000, 'track2']);
    });
  }

  it('takes the first format and the first track that can be received', () => {
    const formats = audioOf('m=audio 0 RTP/AVP 98 8', 'a=rtpmap:98 G726-32/8000');
    expect(formats?.codec).to.equal('pcma');
    const tracks = audioOf('m=audio 0 RTP/AVP 14', 'm=audio 0 RTP/AVP 0', 'a=control:second');
    expect(tracks?.control).to.equal('second');
  });

  it('passes over the loudspeaker of the camera', () => {
    const media = audioOf(
      'm=audio 0 RTP/AVP 0',
      'a=control:back',
      'a=sendonly',
      'm=audio 0 RTP/AVP 8',
      'a=recvonly',
    );
    expect(media?.codec).to.equal('pcma');
  });

  const unknown: Record<string, string[]> = {
    'no audio': [],
    'another codec': ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 G726-32/8000'],
    'PCM that WebRTC has no name for': ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMU/16000'],
    'AAC without a configuration': [
      'm=audio 0 RTP/AVP 97',
      'a=rtpmap:97 MPEG4-GENERIC/16000',
      'a=fmtp:97 sizelength=13',
    ],
    'AAC without sizes': ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/16000', 'a=fmtp:97 config=1408'],
    'AAC with absurd sizes': [
      'm=audio 0 RTP/AVP 97',
      'a=rtpmap:97 MPEG4-GENERIC/16000',
      'a=fmtp:97 config=1408;sizelength=4000000000',
    ],
    'a malformed line': ['m=audio nonsense'],
  };
  for (const [name, lines] of Object.entries(unknown)) {
    it(`finds nothing: ${name}`, () => {
      expect(audioOf(...lines)).to.equal(undefined);
    });
  }
});
