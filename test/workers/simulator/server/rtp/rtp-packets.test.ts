import { expect } from 'chai';
import { RtpPackets } from '../../../../../workers/simulator/server/rtp/rtp-packets.ts';
import { formatSenderReport } from '../../../../../workers/simulator/server/rtp/sender-report.ts';
import { readRtp } from '../../support/rtsp-probe.ts';

const payload = (text: string) => ({ prefix: Buffer.from('>'), body: Buffer.from(text) });
const position = { payloadType: 96, ssrc: 0xcafe, sequence: 0xffff, timestamp: 2 ** 32 + 7 };

describe('RtpPackets', () => {
  const packets = new RtpPackets([payload('one'), payload('second')], position, true);

  it('numbers packets on, over the end of 16 bits, and marks the last', () => {
    const read = packets.datagrams().map(readRtp);
    expect(read.map(({ sequence, marker }) => ({ sequence, marker }))).to.deep.equal([
      { sequence: 0xffff, marker: false },
      { sequence: 0, marker: true },
    ]);
  });

  it('gives all packets of an access unit its timestamp, cut to 32 bits', () => {
    expect(packets.datagrams().map((packet) => readRtp(packet).timestamp)).to.deep.equal([7, 7]);
  });

  it('carries payload type, source and both parts of the payload', () => {
    const [first] = packets.datagrams().map(readRtp);
    expect(first).to.include({ payloadType: 96, ssrc: 0xcafe });
    expect(first?.payload.toString()).to.equal('>one');
  });

  it('frames packets for any channel without touching the bytes that others share', () => {
    const before = Buffer.from(packets.framedFor(0));
    const framed = packets.framedFor(6);
    expect([...framed.subarray(0, 4)]).to.deep.equal([0x24, 6, 0, 16]);
    expect(packets.framedFor(0)).to.deep.equal(before);
  });
});

describe('formatSenderReport', () => {
  const report = formatSenderReport({
    ssrc: 0xcafe,
    timestamp: 90_000,
    unixMs: 1_500,
    packets: 3,
    octets: 4000,
  });

  it('ties the RTP clock to the wall clock, in NTP time', () => {
    expect(report.readUInt32BE(8)).to.equal(2_208_988_801);
    expect(report.readUInt32BE(12)).to.equal(2 ** 31);
    expect(report.readUInt32BE(16)).to.equal(90_000);
  });

  it('counts packets and bytes', () => {
    expect([report.readUInt32BE(20), report.readUInt32BE(24)]).to.deep.equal([3, 4000]);
  });

  it('is followed by the name that every compound packet holds', () => {
    const description = report.subarray(28);
    expect(description[1]).to.equal(202);
    expect(description.length).to.equal((description.readUInt16BE(2) + 1) * 4);
    expect(description.subarray(10, 10 + (description[9] as number)).toString()).to.equal('simulator');
  });
});
