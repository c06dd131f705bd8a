import { expect } from 'chai';
import { parseVideoMedia } from '#shared/media/rtsp/video-media.ts';
import { codeOf } from '../../../support/errors.ts';

const HEAD = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Camera\r\nt=0 0\r\n';
const AUDIO = 'm=audio 0 RTP/AVP 0\r\na=control:track2\r\n';

describe('parseVideoMedia', () => {
  it('reads codec, payload type, control, rate and parameter sets of H.264', () => {
    const media = parseVideoMedia(
      `${HEAD}${AUDIO}m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=framerate:12.5\r\n` +
        'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0IA,aM4=\r\na=control:track1\r\n',
    );
    expect(media).to.deep.equal({
      codec: 'h264',
      payloadType: 96,
      control: 'track1',
      announcedFps: 12.5,
      parameterSets: Buffer.from([0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 0, 1, 0x68, 0xce]),
    });
  });

  it('reads the three parameter sets of H.265', () => {
    const media = parseVideoMedia(
      `${HEAD}m=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=fmtp:97 sprop-vps=QAE=;sprop-sps=QgE=;sprop-pps=RAE=\r\n`,
    );
    expect(media.codec).to.equal('hevc');
    expect(media.parameterSets.toString('hex')).to.equal('000000014001000000014201000000014401');
  });

  it('knows JPEG by its static payload type', () => {
    expect(parseVideoMedia(`${HEAD}m=video 0 RTP/AVP 26\r\n`).codec).to.equal('mjpeg');
  });

  it('takes the first track it can decode', () => {
    const media = parseVideoMedia(
      `${HEAD}m=video 0 RTP/AVP 98\r\na=rtpmap:98 MP4V-ES/90000\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n`,
    );
    expect(media.payloadType).to.equal(96);
  });

  it('tells a missing video track from a codec it does not know', () => {
    expect(codeOf(() => parseVideoMedia(HEAD + AUDIO))).to.equal('camera-no-video-track');
    const unknown = `${HEAD}m=video 0 RTP/AVP 98\r\na=rtpmap:98 MP4V-ES/90000\r\n`;
    expect(codeOf(() => parseVideoMedia(unknown))).to.equal('camera-unsupported-codec');
  });

  it('shows a long name of a codec by its beginning alone', () => {
    const unknown = `${HEAD}m=video 0 RTP/AVP 98\r\na=rtpmap:98 ${'a.'.repeat(100_000)}/90000\r\n`;
    expect(() => parseVideoMedia(unknown)).to.throw(/^The camera sends (A\.){32}…, not/);
  });

  it('looks at no more tracks than a camera has', () => {
    const tracks = 'm=video 0 RTP/AVP 98\r\n'.repeat(16);
    const behind = `${HEAD}${tracks}m=video 0 RTP/AVP 26\r\n`;
    expect(codeOf(() => parseVideoMedia(behind))).to.equal('camera-unsupported-codec');
  });
});
