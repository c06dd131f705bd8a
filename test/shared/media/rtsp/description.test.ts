import { expect } from 'chai';
import { joinNals } from '#shared/media/annex-b.ts';
import type { AudioTrack } from '#shared/media/audio-track.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import { parseAudioMedia } from '#shared/media/rtsp/audio-media.ts';
import { audioSection, describeSession, videoSection } from '#shared/media/rtsp/description.ts';
import { parseVideoMedia } from '#shared/media/rtsp/video-media.ts';

const VIDEO: VideoTrack[] = [
  {
    codec: 'h264',
    parameterSets: joinNals([Buffer.from('6742c01e', 'hex'), Buffer.from('68ce22', 'hex')]),
    announcedFps: 25,
  },
  {
    codec: 'hevc',
    parameterSets: joinNals([
      Buffer.from('4001', 'hex'),
      Buffer.from('4201', 'hex'),
      Buffer.from('4401', 'hex'),
    ]),
    announcedFps: 12.5,
  },
  { codec: 'mjpeg', parameterSets: Buffer.alloc(0), announcedFps: undefined },
];
const AUDIO: AudioTrack[] = [
  { codec: 'pcmu', clockHz: 8000, channels: 1, config: Buffer.alloc(0) },
  { codec: 'pcma', clockHz: 8000, channels: 1, config: Buffer.alloc(0) },
  { codec: 'opus', clockHz: 48_000, channels: 2, config: Buffer.alloc(0) },
  { codec: 'aac', clockHz: 16_000, channels: 1, config: Buffer.from('1408', 'hex') },
];

describe('A session description', () => {
  for (const track of VIDEO) {
    it(`of ${track.codec} is read back as the same track`, () => {
      const sdp = describeSession('Camera', [videoSection(track, 'trackID=0')]);
      expect(parseVideoMedia(sdp)).to.deep.include({ ...track, control: 'trackID=0' });
    });
  }

  for (const track of AUDIO) {
    it(`of ${track.codec} beside a video is read back as the same track`, () => {
      const sections = [videoSection(VIDEO[0] as VideoTrack, 'v'), audioSection(track, 'a')];
      const sdp = describeSession('Camera', sections);
      expect(parseAudioMedia(sdp)).to.deep.include({ ...track, control: 'a' });
    });
  }

  it('names the profile of H.264 (RFC 6184 section 8.1)', () => {
    expect(videoSection(VIDEO[0] as VideoTrack, 'v').join('\n')).to.include('profile-level-id=42C01E');
  });
});
