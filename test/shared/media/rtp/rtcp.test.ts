import { expect } from 'chai';
import { parseFeedback, senderReport, sourceDescription } from '#shared/media/rtp/rtcp.ts';

const receiverReport = (fractionLost: number) =>
  Buffer.from([0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, fractionLost, ...Array(19).fill(0)]);
const emptyReport = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]);
const nack = (...pairs: [number, number][]) => {
  const head = Buffer.from([0x81, 205, 0, 2 + pairs.length, 0, 0, 0, 1, 0, 0, 0, 2]);
  const items = pairs.map(([id, mask]) => Buffer.from([id >> 8, id & 0xff, mask >> 8, mask & 0xff]));
  return Buffer.concat([head, ...items]);
};
const pli = Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);

describe('RTCP of a viewer', () => {
  it('names the packets it misses, those of the mask and those beyond the turn of the numbers among them', () => {
    expect(parseFeedback(nack([100, 0], [65535, 0b101])).missing).to.deep.equal([100, 65535, 0, 2]);
  });

  it('asks for a keyframe', () => {
    expect(parseFeedback(pli).wantsKeyframe).to.equal(true);
    expect(parseFeedback(emptyReport).wantsKeyframe).to.equal(false);
  });

  it('tells the share of lost packets', () => {
    expect(parseFeedback(receiverReport(64)).lossRate).to.equal(0.25);
    expect(parseFeedback(emptyReport).lossRate).to.equal(undefined);
  });

  it('is not taken for one about the sound', () => {
    const sound = 2;
    expect(parseFeedback(pli, sound).wantsKeyframe).to.equal(false);
    expect(parseFeedback(nack([7, 0]), sound).missing).to.deep.equal([]);
    const block = (ssrc: number, lost: number) => [0, 0, 0, ssrc, lost, ...Array(19).fill(0)];
    const both = Buffer.from([0x82, 201, 0, 13, 0, 0, 0, 1, ...block(sound, 128), ...block(3, 64)]);
    expect(parseFeedback(both, sound).lossRate).to.equal(0.25);
  });

  it('comes compounded', () => {
    const feedback = parseFeedback(Buffer.concat([receiverReport(0), nack([7, 0]), pli]));
    expect(feedback).to.deep.equal({ missing: [7], wantsKeyframe: true, lossRate: 0 });
  });

  it('is read up to the last complete part', () => {
    const whole = Buffer.concat([pli, nack([7, 0])]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseFeedback(whole.subarray(0, length)).missing).to.deep.equal([]);
    }
    expect(parseFeedback(Buffer.from('no RTCP at all, this is text')).wantsKeyframe).to.equal(false);
  });
});

describe('A sender report', () => {
  it('ties the time of the stream to that of the day (RFC 3550 section 6.4.1)', () => {
    const facts = { ssrc: 0x01020304, timestamp: 90_000, packets: 7, octets: 9000 };
    const report = senderReport(facts, 1_700_000_000_500);
    expect(report.subarray(0, 8).toString('hex')).to.equal('80c8000601020304');
    expect(report.readUInt32BE(8)).to.equal((1_700_000_000 + 2_208_988_800) % 2 ** 32);
    expect(report.readUInt32BE(12)).to.equal(0x80000000);
    expect([report.readUInt32BE(16), report.readUInt32BE(20), report.readUInt32BE(24)]).to.deep.equal([
      90_000, 7, 9000,
    ]);
  });

  it('takes no more requests for lost packets from one report than a viewer has', () => {
    const nack = Buffer.alloc(60_000, 0xff);
    nack.writeUInt32BE(0x81cd0000 + nack.length / 4 - 1, 0);
    expect(parseFeedback(nack).missing).to.have.length(1024);
  });
});

describe('A source description', () => {
  it('holds the name in whole words (RFC 3550 section 6.5)', () => {
    for (const name of ['simulator', 'a', 'abcd']) {
      const description = sourceDescription(0x01020304, name);
      expect(description[1]).to.equal(202);
      expect(description.length).to.equal((description.readUInt16BE(2) + 1) * 4);
      expect(description.subarray(10, 10 + (description[9] as number)).toString()).to.equal(name);
      expect(description.at(-1), 'end of the list').to.equal(0);
    }
  });
});
