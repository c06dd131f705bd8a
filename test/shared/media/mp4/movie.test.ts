import { expect } from 'chai';
import { buildFragment } from '#shared/media/mp4/fragment.ts';
import { listBoxes, readFragment } from '#shared/media/mp4/fragment-reader.ts';
import { type MovieSource, planMovie } from '#shared/media/mp4/movie.ts';
import { probeVideo } from '../../../support/probe-video.ts';
import { RecordedCamera } from '../../../workers/rtsp/outputs/recording/material.ts';

/** The source that a recorded file is. */
function sourceOf(file: Buffer): MovieSource {
  const boxes = listBoxes(file);
  const heads = boxes.flatMap(({ type, start, end }, index) =>
    type === 'moof' ? [{ moofAt: start, head: file.subarray(boxes[index - 1]?.start ?? start, end) }] : [],
  );
  return {
    init: file.subarray(0, boxes.find(({ type }) => type === 'prft')?.start),
    fragments: heads.map(({ moofAt, head }) => ({ ...readFragment(head), moofAt })),
  };
}

function write(files: readonly Buffer[], sources = files.map(sourceOf)): Buffer {
  const { head, pieces, bytes } = planMovie(sources);
  const movie = Buffer.concat([
    head,
    ...pieces.map(({ source, offset, bytes: length }) =>
      (files[source] as Buffer).subarray(offset, offset + length),
    ),
  ]);
  expect(movie.length).to.equal(bytes);
  return movie;
}

async function record(hasSound: boolean): Promise<Buffer[]> {
  const yard = new RecordedCamera();
  yard.recorder.apply({ cameraId: 'yard', isContinuous: true, ringSeconds: 0 });
  yard.camera.begin({ hasSound });
  await yard.camera.play(25);
  await yard.recorder.close();
  return yard.files.map(({ bytes }) => bytes);
}

describe('A movie of fragments', () => {
  it('plays from its start while it is loaded: its tables stand before its samples', async () => {
    const movie = write(await record(false));
    expect(listBoxes(movie).map(({ type }) => type)).to.deep.equal(['ftyp', 'moov', 'mdat']);
    const video = await probeVideo(movie);
    expect(video.complaints).to.equal('');
    expect(video.packets.length).to.equal(25 * 15);
    expect(video.packets.filter(({ keyframe }) => keyframe).length).to.equal(25);
    expect(video.packets.at(-1)?.decodedAt).to.be.closeTo(25 - 1 / 15, 0.02);
  });

  it('keeps sound beside the pictures over several files', async () => {
    const video = await probeVideo(write(await record(true)));
    expect(video.complaints).to.equal('');
    expect(video.sound?.packets.at(-1)?.decodedAt).to.be.closeTo(25, 1);
    const times = video.sound?.packets.map(({ decodedAt }) => decodedAt) ?? [];
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] as number))).to.equal(true);
  });

  it('begins inside a file, at time 0', async () => {
    const [file] = (await record(true)) as [Buffer];
    const { init, fragments } = sourceOf(file);
    const video = await probeVideo(write([file], [{ init, fragments: fragments.slice(4, 6) }]));
    expect(video.complaints).to.equal('');
    expect(video.packets.length).to.equal(30);
    expect(video.packets[0]).to.include({ decodedAt: 0, keyframe: true });
  });
});

describe('readFragment', () => {
  it('reads what buildFragment writes', () => {
    const sample = {
      nals: [Buffer.alloc(10)],
      decodeTime: 2 ** 33,
      duration: 3000,
      capturedAt: 1_700_000_000_123,
    };
    const samples = [
      { ...sample, keyframe: true, compositionOffset: 3000 },
      { ...sample, keyframe: false, compositionOffset: -1500 },
    ];
    const fragment = buildFragment(1, samples, [{ data: Buffer.alloc(5), decodeTime: 7, duration: 1024 }]);
    const { capturedAt, runs } = readFragment(fragment);
    expect(capturedAt).to.equal(1_700_000_000_123);
    expect(runs.map(({ trackId, decodeTime, sizes }) => [trackId, decodeTime, sizes])).to.deep.equal([
      [1, 2 ** 33, [14, 14]],
      [2, 7, [5]],
    ]);
    expect(runs[0]).to.deep.include({
      syncs: [true, false],
      compositionOffsets: [3000, -1500],
      dataBytes: 28,
    });
  });

  it('refuses what holds no fragment', () => {
    expect(() => readFragment(Buffer.from('00000008free'))).to.throw(RangeError);
  });
});
