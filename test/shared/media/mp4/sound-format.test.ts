import { expect } from 'chai';
import type { AudioTrack } from '#shared/media/audio-track.ts';
import { buildInitSegment } from '#shared/media/mp4/init-segment.ts';
import { opusSamples } from '#shared/media/mp4/opus-packet.ts';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { describeSound, type SoundFormat } from '#shared/media/mp4/sound-format.ts';
import { describeVideo } from '#shared/media/mp4/video-format.ts';
import { parseBoxes } from '../../../support/mp4-boxes.ts';
import { SETS, trackOf } from './material.ts';

const aac = (config: string): AudioTrack => ({
  codec: 'aac',
  clockHz: 16_000,
  channels: 1,
  config: Buffer.from(config, 'hex'),
});
const OPUS: AudioTrack = { codec: 'opus', clockHz: 48_000, channels: 2, config: Buffer.alloc(0) };

describe('describeSound', () => {
  for (const [name, config, codecString, hertz] of [
    ['AAC-LC of 16 kHz, mono', '1408', 'mp4a.40.2', 16_000],
    ['AAC-LC of 44.1 kHz, stereo', '1210', 'mp4a.40.2', 44_100],
    ['AAC-LC of a rate that stands in the configuration itself', '17800fa008', 'mp4a.40.2', 8000],
    ['HE-AAC, whose frames are counted at the lower rate', '2b118800', 'mp4a.40.5', 24_000],
  ] as const) {
    it(`takes ${name}`, () => {
      const format = describeSound(aac(config));
      expect([format?.codecString, format?.timescale]).to.deep.equal([codecString, hertz]);
      expect(format?.durationOf(Buffer.alloc(10))).to.equal(1024);
    });
  }

  for (const [name, config] of [
    ['AAC of a kind browsers do not play', '0a10'],
    ['AAC of low delay', 'b9e4'],
    ['frames of 960 samples', '140c'],
    ['more than two channels', '1430'],
    ['channels described in an element of the stream', '1400'],
    ['a configuration that is cut off', '14'],
    ['no configuration', ''],
  ] as const) {
    it(`leaves out ${name}`, () => {
      expect(describeSound(aac(config))).to.equal(undefined);
    });
  }

  it('leaves out PCM, which no browser takes in MP4', () => {
    const pcm = { clockHz: 8000, channels: 1, config: Buffer.alloc(0) };
    expect(describeSound({ codec: 'pcmu', ...pcm })).to.equal(undefined);
    expect(describeSound({ codec: 'pcma', ...pcm })).to.equal(undefined);
  });

  it('puts the configuration of AAC into an elementary stream descriptor', () => {
    const [entry] = parseBoxes(describeSound(aac('1408'))?.sampleEntry as Buffer);
    expect([entry?.type, entry?.body.readUInt16BE(16), entry?.body.readUInt16BE(24)]).to.deep.equal([
      'mp4a',
      1,
      16_000,
    ]);
    const [box] = parseBoxes(entry?.body.subarray(28) as Buffer);
    expect(box?.type).to.equal('esds');
    expect(box?.body.toString('hex')).to.equal(
      [
        '00000000',
        '0380808022',
        '000000',
        '0480808014',
        '4015000000',
        '0000000000000000',
        '0580808002',
        '1408',
      ]
        .concat('0680808001', '02')
        .join(''),
    );
  });

  it('describes Opus as two channels of 48 kHz from which nothing is skipped', () => {
    const format = describeSound(OPUS) as SoundFormat;
    expect([format.codecString, format.timescale]).to.deep.equal(['opus', 48_000]);
    const [entry] = parseBoxes(format.sampleEntry);
    expect(entry?.type).to.equal('Opus');
    const [box] = parseBoxes(entry?.body.subarray(28) as Buffer);
    expect([box?.type, box?.body.toString('hex')]).to.deep.equal(['dOps', '000200000000bb80000000']);
  });
});

describe('The length of an Opus packet', () => {
  for (const [name, packet, milliseconds] of [
    ['SILK of 60 ms', '18', 60],
    ['hybrid of 10 ms', '60', 10],
    ['CELT of 2.5 ms', '80', 2.5],
    ['two frames of 20 ms', 'f9', 40],
    ['two frames of different size', '0a', 40],
    ['five frames of 10 ms, counted in the second byte', 'f385', 50],
    ['nothing', '', 0],
    ['a count of frames that is cut off', 'f3', 0],
    ['more than a packet may last', 'fb3f', 0],
  ] as const) {
    it(`is ${milliseconds} ms: ${name}`, () => {
      expect(opusSamples(Buffer.from(packet, 'hex'))).to.equal(milliseconds * 48);
    });
  }
});

describe('buildInitSegment with sound', () => {
  const video = describeVideo(new ParameterSets('h264', trackOf('h264', SETS.high)));
  const [, movie] = parseBoxes(buildInitSegment(video, describeSound(aac('1408'))));
  const of = (type: string) => (movie?.children ?? []).filter((box) => box.type === type);

  it('has a second track, of sound and of its own time', () => {
    const handlers = of('trak').map(({ children }) => {
      const media = children.find(({ type }) => type === 'mdia')?.children ?? [];
      const body = (type: string) => media.find((box) => box.type === type)?.body as Buffer;
      return [body('hdlr').toString('latin1', 8, 12), body('mdhd').readUInt32BE(12)];
    });
    expect(handlers).to.deep.equal([
      ['vide', 90_000],
      ['soun', 16_000],
    ]);
  });

  it('gives each track an id, and lets fragments continue both', () => {
    const ids = of('trak').map(({ children }) => children[0]?.body.readUInt32BE(12));
    expect(ids).to.deep.equal([1, 2]);
    const continued = of('mvex')[0]?.children.map(({ body }) => body.readUInt32BE(4));
    expect(continued).to.deep.equal(ids);
    expect(of('mvhd')[0]?.body.readUInt32BE(96)).to.equal(3);
  });
});
