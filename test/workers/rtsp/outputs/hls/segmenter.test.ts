import { expect } from 'chai';
import { Segmenter } from '../../../../../workers/rtsp/outputs/hls/segmenter.ts';
import { findBox, parseBoxes } from '../../../../support/mp4-boxes.ts';
import { FRAMES_PER_SECOND, samples } from './material.ts';

function open(targetDuration = 2): { segmenter: Segmenter; news: () => number } {
  let news = 0;
  const onPart = (): void => {
    news += 1;
  };
  const segmenter = new Segmenter({ firstSequence: 100, firstDiscontinuity: 3, targetDuration, onPart });
  segmenter.begin('init-100.mp4');
  return { segmenter, news: () => news };
}

function feed(segmenter: Segmenter, ...given: Parameters<typeof samples>): void {
  for (const sample of samples(...given)) segmenter.add(sample);
}

describe('Segmenter', () => {
  it('cuts segments at keyframes', () => {
    const { segmenter } = open();
    feed(segmenter, 3 * 50 + 1, { keyframeDistance: 50 });
    const whole = segmenter.kept.filter(({ isWhole }) => isWhole);
    expect(whole.map(({ sequence, duration }) => [sequence, duration.toFixed(3)])).to.deep.equal([
      [100, '2.000'],
      [101, '2.000'],
      [102, '2.000'],
    ]);
    expect(whole.every(({ parts }) => parts[0]?.isIndependent === true)).to.equal(true);
  });

  it('gathers groups that are shorter than a second', () => {
    const { segmenter } = open();
    feed(segmenter, 100, { keyframeDistance: 10 });
    expect(segmenter.kept[0]?.duration).to.be.closeTo(1.2, 0.001);
    expect(segmenter.kept[0]?.parts.map(({ isIndependent }) => isIndependent)).to.deep.equal([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('cuts between keyframes that are further apart than a segment may last', () => {
    const { segmenter } = open(2);
    feed(segmenter, 250, { keyframeDistance: 250 });
    const whole = segmenter.kept.filter(({ isWhole }) => isWhole);
    expect(whole.length).to.be.greaterThan(2);
    expect(whole.every(({ duration }) => Math.round(duration) <= 2)).to.equal(true);
  });

  it('makes parts of about 200 ms, each a fragment that follows the one before', () => {
    const { segmenter } = open();
    feed(segmenter, 20);
    const parts = segmenter.kept.flatMap((segment) => segment.parts);
    expect(parts.map(({ duration }) => duration)).to.deep.equal([0.2, 0.2, 0.2, 0.2]);
    const starts = parts.map(({ data }) =>
      findBox(parseBoxes(data), 'moof/traf/tfdt').body.readBigUInt64BE(4),
    );
    expect(starts).to.deep.equal([0n, 18_000n, 36_000n, 54_000n]);
  });

  it('puts sound into the part that is in the making', () => {
    const { segmenter } = open();
    feed(segmenter, 3);
    segmenter.addSound([{ data: Buffer.from('a frame'), decodeTime: 0, duration: 1024 }]);
    feed(segmenter, 7, { first: 3 });
    const parts = segmenter.kept.flatMap((segment) => segment.parts);
    expect(parts.map(({ data }) => data.includes('a frame'))).to.deep.equal([true, false]);
  });

  it('leaves sound of the session before out of the next', () => {
    const { segmenter } = open();
    feed(segmenter, 10);
    segmenter.addSound([{ data: Buffer.from('a frame'), decodeTime: 0, duration: 1024 }]);
    segmenter.begin('init-101.mp4');
    feed(segmenter, 10, { first: 25 });
    const parts = segmenter.kept.flatMap((segment) => segment.parts);
    expect(parts.some(({ data }) => data.includes('a frame'))).to.equal(false);
  });

  it('gives a picture that lasts longer than a part one of its own', () => {
    const { segmenter } = open();
    feed(segmenter, 3, { duration: 90_000, keyframeDistance: 1 });
    expect(segmenter.kept.flatMap(({ parts }) => parts.map(({ duration }) => duration))).to.deep.equal([
      1, 1, 1,
    ]);
  });

  it('tells of every part and of the end of a segment', () => {
    const { segmenter, news } = open();
    feed(segmenter, 4);
    expect(news()).to.equal(0);
    feed(segmenter, 1, { first: 4 });
    expect(news()).to.equal(1);
  });

  it('ends the first segment when the current group of pictures was handed over', () => {
    const { segmenter } = open();
    feed(segmenter, 7);
    segmenter.goLive();
    expect(segmenter.kept.map(({ isWhole, parts }) => [isWhole, parts.length])).to.deep.equal([[true, 2]]);
    feed(segmenter, 30, { first: 7 });
    expect(segmenter.kept[1]?.parts[0]?.isIndependent).to.equal(false);
    expect(segmenter.kept[2]?.parts[0]?.isIndependent).to.equal(true);
  });

  it('ends the first segment with its first part when no group was there', () => {
    const { segmenter } = open();
    segmenter.goLive();
    feed(segmenter, 6);
    expect(segmenter.kept.map(({ isWhole, parts }) => [isWhole, parts.length])).to.deep.equal([[true, 1]]);
  });

  it('begins a new segment and counts a discontinuity with every session', () => {
    const { segmenter } = open();
    feed(segmenter, 30);
    segmenter.begin('init-102.mp4');
    feed(segmenter, 10, { first: 50 });
    expect(
      segmenter.kept.map(({ init, discontinuity, isWhole }) => [init, discontinuity, isWhole]),
    ).to.deep.equal([
      ['init-100.mp4', 3, true],
      ['init-100.mp4', 3, true],
      ['init-102.mp4', 4, false],
    ]);
  });

  it('lists three target durations and keeps more for players that read an older playlist', () => {
    const { segmenter } = open(2);
    feed(segmenter, 120 * FRAMES_PER_SECOND);
    const seconds = (segments: typeof segmenter.kept): number =>
      segments.reduce((sum, { duration }) => sum + duration, 0);
    expect(seconds(segmenter.listed)).to.be.within(6, 7.5);
    expect(seconds(segmenter.kept)).to.be.within(11, 14);
    expect(segmenter.listed.at(-1)).to.equal(segmenter.kept.at(-1));
  });

  it('keeps no more than 24 MiB', () => {
    const { segmenter } = open(6);
    feed(segmenter, 30 * FRAMES_PER_SECOND, { bytes: 256 * 1024 });
    const bytes = segmenter.kept
      .flatMap(({ parts }) => parts)
      .reduce((sum, { data }) => sum + data.length, 0);
    expect(bytes).to.be.within(12 * 1024 * 1024, 32 * 1024 * 1024);
  });

  describe('with a camera whose times, keyframes or sets are as no camera has them', () => {
    const sizes = ({ kept }: Segmenter) => ({
      segments: kept.length,
      parts: Math.max(...kept.map(({ parts }) => parts.length)),
      bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    });

    it('ends segments and parts by number where its clock hardly moves', () => {
      const { segmenter } = open();
      feed(segmenter, 50_000, { keyframeDistance: 50_000, duration: 1 });
      const { segments, parts } = sizes(segmenter);
      expect([segments, parts]).to.satisfy(([a, b]: [number, number]) => a <= 64 && b <= 128);
      expect(
        segmenter.kept.every((segment) => segment.parts.every(({ data }) => data.length < 100_000)),
      ).to.equal(true);
    });

    it('keeps a bounded number of segments where each picture begins one', () => {
      const { segmenter } = open();
      for (const sample of samples(2000, { keyframeDistance: 1, duration: 1 })) {
        segmenter.begin('init.mp4');
        segmenter.add(sample);
      }
      expect(sizes(segmenter).segments).to.be.within(1, 64);
    });

    it('keeps a bounded number of bytes, also of one segment', () => {
      const { segmenter } = open();
      feed(segmenter, 200, { keyframeDistance: 200, duration: 1, bytes: 1024 * 1024 });
      expect(sizes(segmenter).bytes).to.be.lessThan(34 * 1024 * 1024);
    });

    it('takes no more sound than pictures can need', () => {
      const { segmenter } = open();
      const frame = { data: Buffer.alloc(100), decodeTime: 0, duration: 1024 };
      for (let round = 0; round < 50; round += 1)
        segmenter.addSound(Array.from({ length: 10_000 }, () => frame));
      feed(segmenter, 2);
      expect(sizes(segmenter).bytes).to.be.lessThan(1024 * 1024);
    });
  });
});
