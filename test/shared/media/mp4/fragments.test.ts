import { expect } from 'chai';
import { buildFragment, type Sample } from '#shared/media/mp4/fragment.ts';
import { buildInitSegment } from '#shared/media/mp4/init-segment.ts';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { describeVideo } from '#shared/media/mp4/video-format.ts';
import { findBox, parseBoxes } from '../../../support/mp4-boxes.ts';
import { SETS, trackOf } from './material.ts';

const sampleOf = (change: Partial<Sample> = {}): Sample => ({
  nals: [Buffer.from('650102', 'hex')],
  keyframe: true,
  decodeTime: 0,
  duration: 3000,
  compositionOffset: 0,
  capturedAt: 1_700_000_000_250,
  ...change,
});

describe('buildInitSegment', () => {
  const format = describeVideo(new ParameterSets('h264', trackOf('h264', SETS.bframes)));
  const boxes = parseBoxes(buildInitSegment(format));

  it('is a file type and a movie with one video track, to be continued by fragments', () => {
    expect(boxes.map(({ type }) => type)).to.deep.equal(['ftyp', 'moov']);
    expect(findBox(boxes, 'moov/trak/mdia/hdlr').body.toString('latin1', 8, 12)).to.equal('vide');
    expect(findBox(boxes, 'moov/trak/mdia/mdhd').body.readUInt32BE(12)).to.equal(90_000);
    expect(findBox(boxes, 'moov/mvex/trex').body.readUInt32BE(4)).to.equal(1);
  });

  it('holds the decoder configuration and the coded size', () => {
    const entry = findBox(boxes, 'moov/trak/mdia/minf/stbl/stsd').body.subarray(8);
    expect(entry.toString('latin1', 4, 8)).to.equal('avc1');
    expect([entry.readUInt16BE(32), entry.readUInt16BE(34)]).to.deep.equal([704, 576]);
    expect(entry.includes(format.configuration)).to.equal(true);
  });

  it('shows pixels that are not square at their true width', () => {
    const header = findBox(boxes, 'moov/trak/tkhd').body;
    expect(header.readUInt32BE(header.length - 8) >>> 16).to.equal(1024);
  });

  for (const [rotation, matrix] of [
    [undefined, [1, 0, 0, 0, 1, 0, 0, 0]],
    [90, [0, 1, 0, -1, 0, 0, 576, 0]],
    [180, [-1, 0, 0, 0, -1, 0, 1024, 576]],
    [270, [0, -1, 0, 1, 0, 0, 0, 1024]],
  ] as const) {
    it(`tells players to turn the pictures by ${rotation ?? 0} degrees`, () => {
      const turned = parseBoxes(buildInitSegment({ ...format, rotation }));
      const header = findBox(turned, 'moov/trak/tkhd').body;
      const start = header.length - 8 - 36;
      const values = matrix.map((_, index) => header.readInt32BE(start + index * 4) / 0x10000);
      expect(values).to.deep.equal(matrix);
      expect(header.readUInt32BE(start + 32)).to.equal(0x40000000);
    });
  }
});

describe('buildFragment', () => {
  const samples = [
    sampleOf({ decodeTime: 2 ** 33, compositionOffset: 3000 }),
    sampleOf({
      nals: [Buffer.from('4101', 'hex'), Buffer.from('41', 'hex')],
      keyframe: false,
      duration: 2000,
    }),
  ];
  const fragment = buildFragment(7, samples);
  const boxes = parseBoxes(fragment);

  it('is numbered and placed in time', () => {
    expect(findBox(boxes, 'moof/mfhd').body.readUInt32BE(4)).to.equal(7);
    expect(findBox(boxes, 'moof/traf/tfdt').body.readBigUInt64BE(4)).to.equal(2n ** 33n);
  });

  it('lists duration, size, kind and composition offset of each sample', () => {
    const run = findBox(boxes, 'moof/traf/trun').body;
    const entries = Array.from({ length: 8 }, (_, index) => run.readUInt32BE(12 + index * 4));
    expect(run.readUInt32BE(4)).to.equal(2);
    expect(entries).to.deep.equal([3000, 7, 0x02000000, 3000, 2000, 11, 0x01010000, 0]);
  });

  it('says where its data begins: NAL units with their lengths in front', () => {
    const moofAt = fragment.indexOf('moof') - 4;
    const offset = findBox(boxes, 'moof/traf/trun').body.readUInt32BE(8);
    expect(fragment.subarray(moofAt + offset).toString('hex')).to.equal(
      '00000003650102' + '000000024101' + '0000000141',
    );
    expect(findBox(boxes, 'mdat').body).to.deep.equal(fragment.subarray(moofAt + offset));
  });

  it('tells when its first picture was captured, in the time of NTP', () => {
    const reference = findBox(boxes, 'prft').body;
    expect(reference.readUInt32BE(8) - 2_208_988_800).to.equal(1_700_000_000);
    expect(reference.readUInt32BE(12) / 2 ** 32).to.be.closeTo(0.25, 1e-6);
    expect(reference.readBigUInt64BE(16)).to.equal(2n ** 33n + 3000n);
  });

  describe('with sound', () => {
    const sound = [
      { data: Buffer.from('aabb', 'hex'), decodeTime: 2 ** 32, duration: 1024 },
      { data: Buffer.from('cc', 'hex'), decodeTime: 2 ** 32 + 1024, duration: 960 },
    ];
    const trackOfFragment = (bytes: Buffer, index: number) =>
      findBox(parseBoxes(bytes), 'moof').children.filter(({ type }) => type === 'traf')[index]?.children ??
      [];

    it('has a second run, with the length and size of each frame', () => {
      const track = trackOfFragment(buildFragment(7, samples, sound), 1);
      expect(findBox(track, 'tfhd').body.readUInt32BE(4)).to.equal(2);
      expect(findBox(track, 'tfdt').body.readBigUInt64BE(4)).to.equal(2n ** 32n);
      const run = findBox(track, 'trun').body;
      const entries = Array.from({ length: 4 }, (_, index) => run.readUInt32BE(12 + index * 4));
      expect(entries).to.deep.equal([1024, 2, 960, 1]);
    });

    it('puts the sound behind the pictures, and says where each begins', () => {
      const bytes = buildFragment(7, samples, sound);
      const moofAt = bytes.indexOf('moof') - 4;
      const dataOf = (index: number) =>
        bytes.subarray(moofAt + findBox(trackOfFragment(bytes, index), 'trun').body.readUInt32BE(8));
      expect(dataOf(0).toString('hex')).to.equal('00000003650102' + '000000024101' + '0000000141' + 'aabbcc');
      expect(dataOf(1).toString('hex')).to.equal('aabbcc');
    });

    it('may be sound alone, which was captured at no particular time', () => {
      const alone = parseBoxes(buildFragment(8, [], sound));
      expect(alone.map(({ type }) => type)).to.deep.equal(['moof', 'mdat']);
      expect(findBox(alone, 'mdat').body.toString('hex')).to.equal('aabbcc');
    });
  });
});
