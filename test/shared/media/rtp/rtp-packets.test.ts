import { expect } from 'chai';
import { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import { readRtp } from '../../../workers/simulator/support/rtsp-probe.ts';

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

  it('counts the bytes of the payloads alone', () => {
    expect(packets.octets).to.equal('>one'.length + '>second'.length);
  });

  it('frames packets for any channel without touching the bytes that others share', () => {
    const before = Buffer.from(packets.framedFor(0));
    const framed = packets.framedFor(6);
    expect([...framed.subarray(0, 4)]).to.deep.equal([0x24, 6, 0, 16]);
    expect(packets.framedFor(0)).to.deep.equal(before);
  });
});
