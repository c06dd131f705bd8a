import { expect } from 'chai';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { describeVideo } from '#shared/media/mp4/video-format.ts';
import { h264Sps } from '../../../support/bitstream.ts';
import { SETS, trackOf } from './material.ts';

const codecOf = (name: keyof typeof SETS) => (name.startsWith('hevc') ? 'hevc' : 'h264');
const formatOf = (name: keyof typeof SETS) =>
  describeVideo(new ParameterSets(codecOf(name), trackOf(codecOf(name), SETS[name])));

describe('describeVideo', () => {
  for (const [name, facts] of Object.entries({
    high: { codecString: 'avc1.640028', width: 1920, height: 1080, reorderDepth: 0 },
    bframes: { codecString: 'avc1.4d401e', width: 704, height: 576, reorderDepth: 2 },
    baseline: { codecString: 'avc1.42c016', width: 640, height: 360, reorderDepth: 0 },
    interlaced: { codecString: 'avc1.7a001e', width: 720, height: 480, chromaFormat: 2 },
    hevc: { codecString: 'hvc1.1.6.L120.90', width: 1920, height: 1080, lumaBits: 8, reorderDepth: 0 },
    hevcTenBits: { codecString: 'hvc1.2.4.L63.90', width: 640, height: 360, lumaBits: 10, reorderDepth: 2 },
  })) {
    it(`reads ${name} as ${facts.codecString}, ${facts.width}x${facts.height}`, () => {
      expect(formatOf(name as keyof typeof SETS)).to.include(facts);
    });
  }

  it('tells pixels that are not square', () => {
    expect(formatOf('bframes').pixelAspect).to.deep.equal([16, 11]);
    expect(formatOf('interlaced').pixelAspect).to.deep.equal([37, 33]);
  });

  it('writes an avcC with both sets, and chroma and depth for High profiles only', () => {
    const [sps, pps] = SETS.high;
    const avcC = formatOf('high').configuration.subarray(8);
    expect(avcC.toString('hex')).to.equal(
      `01640028ffe1001b${sps.toString('hex')}010006${pps.toString('hex')}fdf8f800`,
    );
    expect(
      formatOf('baseline').configuration.toString('hex').endsWith(SETS.baseline[1].toString('hex')),
    ).to.equal(true);
  });

  it('writes an hvcC with an array for each kind of set', () => {
    const hvcC = formatOf('hevc').configuration.subarray(8);
    expect(hvcC.subarray(0, 13).toString('hex')).to.equal('01016000000090000000000078');
    expect(hvcC[22]).to.equal(3);
    for (const [index, type] of [32, 33, 34].entries()) {
      const nal = SETS.hevc[index] as Buffer;
      const at = hvcC.indexOf(nal);
      expect(hvcC[at - 5], `array ${type}`).to.equal(0x80 | type);
      expect(hvcC.readUInt16BE(at - 2)).to.equal(nal.length);
    }
  });

  it('refuses sets that are cut off', () => {
    const sets = new ParameterSets('h264', trackOf('h264', [SETS.high[0].subarray(0, 6), SETS.high[1]]));
    expect(() => describeVideo(sets)).to.throw(RangeError);
  });
});

describe('ParameterSets', () => {
  it('is complete once there is one of each kind', () => {
    expect(new ParameterSets('h264', trackOf('h264', [SETS.high[0]])).isComplete).to.equal(false);
    expect(new ParameterSets('h264', trackOf('h264', SETS.high)).isComplete).to.equal(true);
    expect(new ParameterSets('hevc', trackOf('hevc', SETS.hevc.slice(1))).isComplete).to.equal(false);
  });

  it('takes sets of the stream in place of those announced, and notices the same ones again', () => {
    const sets = new ParameterSets('h264', trackOf('h264', SETS.high));
    expect(sets.take(SETS.high)).to.equal(false);
    expect(sets.take(SETS.baseline)).to.equal(true);
    expect(describeVideo(sets).codecString).to.equal('avc1.42c016');
  });

  it('leaves slices and supplemental information to the samples, and nothing else', () => {
    const sets = new ParameterSets('h264', trackOf('h264'));
    const [sei, idr] = [Buffer.from([0x06, 1]), Buffer.from([0x65, 1])];
    const [delimiter, filler] = [Buffer.from([0x09, 0xf0]), Buffer.from([0x0c, 0xff])];
    expect(sets.sampleNals([delimiter, ...SETS.high, sei, idr, filler])).to.deep.equal([sei, idr]);
  });

  for (const [what, sps] of Object.entries({
    'wider than MP4 has room for': h264Sps({ width: 5000, height: 2 }),
    'cropped to nothing': h264Sps({ crop: [400, 400, 0, 0] }),
    'of samples with 40 bits': h264Sps({ profile: 100, lumaBits: 40 }),
  })) {
    it(`refuses a picture ${what}`, () => {
      const sets = new ParameterSets('h264', trackOf('h264', [sps, SETS.baseline[1]]));
      expect(() => describeVideo(sets)).to.throw(RangeError);
    });
  }
});
