import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { probeVideo } from '../../../../workers/rtsp/ffmpeg/video-probe.ts';
import { rejection } from '../../../support/errors.ts';
import { makeVideoFile, VIDEO_HEIGHT, VIDEO_WIDTH } from '../../../support/video-file.ts';

describe('probeVideo', () => {
  let folder: string;
  let video: string;
  const fileOf = (name: string): string => join(folder, name);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'video-probe-'));
    video = fileOf('video.mp4');
    await makeVideoFile(video, { frames: 10 });
    Log.setLevel(AV_LOG_QUIET);
  });

  after(() => rmSync(folder, { recursive: true }));

  it('tells codec, size and duration', async () => {
    const size = { width: VIDEO_WIDTH, height: VIDEO_HEIGHT };
    expect(await probeVideo(video)).to.deep.equal({ codec: 'h264', ...size, durationMs: 400 });
    await makeVideoFile(fileOf('old.avi'), { codec: 'mpeg4' });
    expect(await probeVideo(fileOf('old.avi'))).to.include({ codec: 'mpeg4', ...size });
  });

  it('tells the size of a video of a phone as it is shown', async () => {
    for (const [rotation, width, height] of [
      [90, VIDEO_HEIGHT, VIDEO_WIDTH],
      [180, VIDEO_WIDTH, VIDEO_HEIGHT],
      [270, VIDEO_HEIGHT, VIDEO_WIDTH],
    ] as const) {
      await makeVideoFile(fileOf('phone.mp4'), { rotation });
      expect(await probeVideo(fileOf('phone.mp4')), `${rotation}`).to.include({ width, height });
    }
  });

  it('goes by the content, for every name', async () => {
    for (const name of ['video.txt', 'video', 'http:video.mp4', 'a:b.jpg']) {
      writeFileSync(fileOf(name), readFileSync(video));
      expect(await probeVideo(fileOf(name)), name).to.include({ codec: 'h264' });
    }
  });

  it('S14: refuses what is no video, however it is called: lists of other files, pictures, texts', async () => {
    const disguised = {
      playlist: `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${video}\n#EXT-X-ENDLIST\n`,
      'concat list': `ffconcat version 1.0\nfile '${video}'\n`,
      dash: `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>`,
      sdp: 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n',
      picture: '<svg xmlns="http://www.w3.org/2000/svg"/>',
      html: '<!doctype html><script>alert(1)</script>',
      text: 'hello',
      empty: '',
      zeros: Buffer.alloc(100_000),
    };
    for (const [name, content] of Object.entries(disguised)) {
      writeFileSync(fileOf('disguised.mp4'), content);
      const { code } = await rejection(probeVideo(fileOf('disguised.mp4')));
      expect(code, name).to.equal('not-a-video');
    }
  });

  it('refuses a head whose pictures are missing', async () => {
    const bytes = readFileSync(video);
    // The pictures of this file stand before its index, so that a file cut off has none.
    writeFileSync(fileOf('cut.mp4'), bytes.subarray(0, Math.floor(bytes.length / 2)));
    expect((await rejection(probeVideo(fileOf('cut.mp4')))).code).to.equal('not-a-video');
  });

  it('refuses a file that is not there, and one that takes too long', async () => {
    expect((await rejection(probeVideo(fileOf('missing.mp4')))).code).to.equal('not-a-video');
    const error = await rejection(probeVideo(video, AbortSignal.abort()));
    expect(error).to.include({ code: 'not-a-video', message: 'The file takes too long to read' });
  });
});
