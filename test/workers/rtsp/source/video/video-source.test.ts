import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Packet, VideoTrack } from '#shared/media/packet.ts';
import { type DecodedFrame, VideoDecoder } from '../../../../../workers/rtsp/ffmpeg/decoder.ts';
import type { EncodedPicture } from '../../../../../workers/rtsp/ffmpeg/jpeg-encoder.ts';
import { LumaScaler } from '../../../../../workers/rtsp/ffmpeg/luma-scaler.ts';
import { VideoDemuxer } from '../../../../../workers/rtsp/ffmpeg/video-demuxer.ts';
import { createVideoSource } from '../../../../../workers/rtsp/source/video/video-source.ts';
import { rejection } from '../../../../support/errors.ts';
import { makeVideoFile, VIDEO_FPS, VIDEO_HEIGHT, VIDEO_WIDTH } from '../../../../support/video-file.ts';

/** A machine that stands still shall not make the player begin its time anew. */
const MAX_LATE_MS = 60_000;
const runVideo = createVideoSource((file, signal) => VideoDemuxer.open(file, signal), MAX_LATE_MS);

interface Played {
  tracks: VideoTrack[];
  packets: Packet[];
}

/** Plays a file until so many packets came. */
async function play(file: string, count: number): Promise<Played> {
  const played: Played = { tracks: [], packets: [] };
  const stop = new AbortController();
  const handlers = {
    onTrack: (track: VideoTrack) => void played.tracks.push(track),
    onPacket: (packet: Packet) => {
      if (played.packets.push(packet) === count) stop.abort();
    },
  };
  const { code } = await rejection(runVideo({ kind: 'video', file }, handlers, stop.signal));
  expect(code).to.equal('camera-disconnected');
  return played;
}

async function decodeAll({ tracks, packets }: Played): Promise<string[]> {
  const { codec, parameterSets, rotation } = tracks[0] as VideoTrack;
  using decoder = await VideoDecoder.open({ codec, parameterSets, rotation });
  const sizes: string[] = [];
  const collect = (frames: Awaited<ReturnType<VideoDecoder['drain']>>): void => {
    for (const { native, width, height } of frames) {
      sizes.push(`${width}x${height}`);
      native.free();
    }
  };
  for (const [index, packet] of packets.entries()) {
    const { frames, failed } = await decoder.decode(packet.data, index);
    expect(failed, `packet ${index}`).to.equal(false);
    collect(frames);
  }
  collect(await decoder.drain());
  return sizes;
}

/** The first picture as analysis sees it. */
async function firstPicture({ tracks, packets }: Played): Promise<EncodedPicture> {
  const { codec, parameterSets, rotation } = tracks[0] as VideoTrack;
  using decoder = await VideoDecoder.open({ codec, parameterSets, rotation });
  using scaler = new LumaScaler({ width: undefined });
  const { frames } = await decoder.decode((packets[0] as Packet).data, 0);
  const [{ native }] = (frames.length > 0 ? frames : await decoder.drain()) as [DecodedFrame];
  const picture = await scaler.encode(native);
  native.free();
  return picture;
}

/** Where the bar is, which stands at the left before it moves. */
function brightSide({ width, height, bytes }: EncodedPicture): string {
  const isBright = (x: number, y: number): boolean => (bytes[y * width + x] as number) > 150;
  const sides = {
    left: isBright(5, height / 2),
    right: isBright(width - 5, height / 2),
    top: isBright(width / 2, 5),
    bottom: isBright(width / 2, height - 5),
  };
  return Object.entries(sides)
    .filter(([, isSide]) => isSide)
    .map(([side]) => side)
    .join();
}

describe('A video file as a camera', () => {
  let folder: string;
  const fileOf = (name: string): string => join(folder, name);
  const ignore = { onTrack: () => {}, onPacket: () => {} };
  const never = new AbortController().signal;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'video-source-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const [name, codec] of [
    ['clip.mp4', 'h264'],
    ['clip.mkv', 'hevc'],
    ['clip.ts', 'h264'],
    ['clip.avi', 'mjpeg'],
  ] as const) {
    it(`plays ${codec} of ${name} so that every picture decodes, over the end of the file and on`, async () => {
      await makeVideoFile(fileOf(name), { codec, frames: 5 });
      const played = await play(fileOf(name), 12);
      expect(played.tracks).to.have.lengthOf(1);
      expect(played.tracks[0]).to.include({ codec, announcedFps: VIDEO_FPS });
      expect(await decodeAll(played)).to.deep.equal(Array(12).fill(`${VIDEO_WIDTH}x${VIDEO_HEIGHT}`));
    });
  }

  it('begins H.264 pictures with a start code and keyframes with their parameter sets', async () => {
    await makeVideoFile(fileOf('annexb.mp4'), { frames: 6, keyframeDistance: 3 });
    const { packets } = await play(fileOf('annexb.mp4'), 6);
    expect(packets.map(({ keyframe }) => keyframe)).to.deep.equal([true, false, false, true, false, false]);
    for (const { data, keyframe } of packets) {
      expect(data.readUInt32BE(0)).to.equal(1);
      expect(
        data.includes(Buffer.from([0, 0, 1, 0x67])) || data.includes(Buffer.from([0, 0, 1, 0x27])),
      ).to.equal(keyframe);
    }
  });

  it('plays in real time, media time going forward over the end of the file', async () => {
    await makeVideoFile(fileOf('time.mp4'), { frames: 5 });
    const { packets } = await play(fileOf('time.mp4'), 11);
    const startMs = packets[0]?.mediaTimeMs ?? 0;
    expect(packets.map(({ mediaTimeMs }) => Math.round(mediaTimeMs - startMs))).to.deep.equal(
      Array.from({ length: 11 }, (_, index) => index * 40),
    );
    const [first, last] = [packets[0] as Packet, packets.at(-1) as Packet];
    expect(last.capturedAt - first.capturedAt).to.be.at.least(350);
  });

  it('gives B-frames in decoding order with the times at which they are shown', async () => {
    await makeVideoFile(fileOf('b-frames.mp4'), { frames: 10, bFrames: 2 });
    const played = await play(fileOf('b-frames.mp4'), 20);
    const times = played.packets.map(({ mediaTimeMs }) => Math.round(mediaTimeMs));
    const sorted = [...times].sort((a, b) => a - b);
    expect(times).to.not.deep.equal(sorted);
    expect(sorted.map((time) => time - (sorted[0] as number))).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => index * 40),
    );
    expect(await decodeAll(played)).to.have.lengthOf(20);
  });

  for (const [rotation, size, at] of [
    [90, '120x160', 'top'],
    [180, '160x120', 'right'],
    [270, '120x160', 'bottom'],
  ] as const) {
    it(`shows the pictures of a phone that was held turned by ${rotation} degrees upright`, async () => {
      const file = fileOf(`phone-${rotation}.mp4`);
      await makeVideoFile(file, { frames: 5, rotation });
      const played = await play(file, 5);
      expect(played.tracks[0]?.rotation).to.equal(rotation);
      expect(await decodeAll(played)).to.deep.equal(Array(5).fill(size));
      expect(brightSide(await firstPicture(played))).to.equal(at);
    });
  }

  it('plays the whole part of a file that breaks off', async () => {
    const file = fileOf('broken.ts');
    await makeVideoFile(file, { frames: 10 });
    truncateSync(file, 188 * 20);
    const { packets } = await play(file, 8);
    expect(packets.filter(({ keyframe }) => keyframe)).to.not.have.lengthOf(0);
  });

  it('refuses other codecs by their name', async () => {
    await makeVideoFile(fileOf('old.mov'), { codec: 'mpeg4', frames: 3 });
    const error = await rejection(runVideo({ kind: 'video', file: fileOf('old.mov') }, ignore, never));
    expect(error.code).to.equal('camera-unsupported-codec');
    expect(error.message).to.contain('mpeg4');
  });

  it('fails for a file that is missing or no video, so that its owner tries again later', async () => {
    writeFileSync(fileOf('notes.mp4'), 'no video at all');
    for (const name of ['missing.mp4', 'notes.mp4']) {
      const error = await rejection(runVideo({ kind: 'video', file: fileOf(name) }, ignore, never));
      expect(error.code).to.equal('camera-video-unreadable');
    }
  });

  it('ends immediately when it is aborted before it begins', async () => {
    const error = await rejection(
      runVideo({ kind: 'video', file: fileOf('clip.mp4') }, ignore, AbortSignal.abort()),
    );
    expect(error.code).to.equal('camera-disconnected');
  });
});
