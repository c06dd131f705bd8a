import { expect } from 'chai';
import {
  nextPart,
  withQuery,
  writeMultivariant,
  writePlaylist,
} from '../../../../../workers/rtsp/outputs/hls/playlist.ts';
import type { Segment } from '../../../../../workers/rtsp/outputs/hls/segmenter.ts';

const part = (isIndependent: boolean, duration = 0.2) => ({ data: Buffer.alloc(1), duration, isIndependent });

function segmentOf(sequence: number, change: Partial<Segment> = {}): Segment {
  const parts = change.parts ?? [part(true), part(false)];
  const duration = parts.reduce((sum, each) => sum + each.duration, 0);
  return {
    sequence,
    init: 'init-7.mp4',
    discontinuity: 3,
    capturedAt: Date.UTC(2026, 0, 1, 0, 0, sequence),
    parts,
    duration,
    bytes: parts.reduce((sum, { data }) => sum + data.length, 0),
    pictures: parts.length,
    isWhole: true,
    ...change,
  };
}

const linesOf = (...segments: Segment[]): string[] => writePlaylist(segments, 2).split('\n');

describe('writePlaylist', () => {
  it('writes what players of low-latency HLS need, and nothing absolute', () => {
    expect(writePlaylist([segmentOf(7), segmentOf(8, { isWhole: false })], 2)).to.equal(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:9',
        '#EXT-X-TARGETDURATION:2',
        '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.66000',
        '#EXT-X-PART-INF:PART-TARGET=0.22000',
        '#EXT-X-MEDIA-SEQUENCE:7',
        '#EXT-X-DISCONTINUITY-SEQUENCE:3',
        '#EXT-X-MAP:URI="init-7.mp4"',
        '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:07.000Z',
        '#EXT-X-PART:DURATION=0.20000,URI="part-7-0.m4s",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.20000,URI="part-7-1.m4s"',
        '#EXTINF:0.40000,',
        'seg-7.m4s',
        '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:08.000Z',
        '#EXT-X-PART:DURATION=0.20000,URI="part-8-0.m4s",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.20000,URI="part-8-1.m4s"',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-8-2.m4s"',
        '',
      ].join('\n'),
    );
  });

  it('marks where a session begins, with its initialisation segment', () => {
    const lines = linesOf(segmentOf(7), segmentOf(8, { discontinuity: 4, init: 'init-8.mp4' }));
    const at = lines.indexOf('#EXT-X-DISCONTINUITY');
    expect(lines[at + 1]).to.equal('#EXT-X-MAP:URI="init-8.mp4"');
    expect(lines.filter((line) => line === '#EXT-X-DISCONTINUITY')).to.have.length(1);
  });

  it('hints at the next segment when the last is whole', () => {
    expect(linesOf(segmentOf(7)).at(-2)).to.equal('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-8-0.m4s"');
    expect(nextPart([])).to.deep.equal({ sequence: 0, index: 0 });
  });

  it('lists parts of the last three target durations only', () => {
    const long = [part(true, 2)];
    const lines = linesOf(...[1, 2, 3, 4, 5].map((sequence) => segmentOf(sequence, { parts: long })));
    const withParts = lines
      .filter((line) => line.startsWith('#EXT-X-PART:'))
      .map((line) => /part-(\d+)/.exec(line)?.[1]);
    expect(withParts).to.deep.equal(['3', '4', '5']);
  });

  it('lists no part that is further from the end than three target durations', () => {
    const long = (sequence: number) => segmentOf(sequence, { parts: [part(true, 1), part(false, 1)] });
    const playlist = linesOf(long(7), long(8), long(9), long(10)).join('\n');
    expect(playlist).to.include('part-8-0');
    expect(playlist).not.to.include('part-7-');
  });

  it('raises its targets for a camera of a picture every few seconds', () => {
    const lines = linesOf(segmentOf(7, { parts: [part(true, 5)] }));
    expect(lines).to.include('#EXT-X-TARGETDURATION:5').and.include('#EXT-X-PART-INF:PART-TARGET=5.00000');
    expect(lines[3]).to.include('PART-HOLD-BACK=15.00000');
  });
});

describe('withQuery', () => {
  it('writes a query into every address of a playlist and into nothing else', () => {
    const playlist = [
      '#EXTM3U',
      '#EXT-X-MAP:URI="init-7.mp4"',
      '#EXT-X-PART:DURATION=0.2,URI="part-7-0.m4s",INDEPENDENT=YES',
      '#EXTINF:0.4,',
      'seg-7.m4s',
      '',
    ].join('\n');
    expect(withQuery(playlist, 'ticket=a.b-c_d')).to.equal(
      playlist.replaceAll(/(mp4|m4s)/g, '$1?ticket=a.b-c_d'),
    );
  });
});

describe('writeMultivariant', () => {
  it('names the codecs, the size and the rate of the largest segment, and where the playlist is', () => {
    const large = { data: Buffer.alloc(2500), duration: 0.2, isIndependent: true };
    const facts = { codecString: 'avc1.640028,mp4a.40.2', width: 1920, height: 1080 };
    expect(writeMultivariant([segmentOf(7), segmentOf(8, { parts: [large, large] })], facts)).to.equal(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:9',
        '#EXT-X-STREAM-INF:BANDWIDTH=100000,AVERAGE-BANDWIDTH=50020,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=5.000',
        'index.m3u8',
        '',
      ].join('\n'),
    );
  });
});
