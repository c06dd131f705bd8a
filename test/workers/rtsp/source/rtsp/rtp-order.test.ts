import { expect } from 'chai';
import type { RtpPacket } from '#shared/media/rtp/header.ts';
import { RtpOrder } from '../../../../../workers/rtsp/source/rtsp/rtp-order.ts';

describe('RtpOrder', () => {
  let order: RtpOrder;
  beforeEach(() => {
    order = new RtpOrder(96);
  });
  const packet = (sequence: number, change: Partial<RtpPacket> = {}): RtpPacket => ({
    payloadType: 96,
    marker: false,
    sequence: sequence & 0xffff,
    timestamp: 0,
    ssrc: 1,
    payload: Buffer.alloc(1),
    ...change,
  });
  const judge = (...sequences: number[]): string[] => sequences.map((each) => order.judge(packet(each)));

  it('takes packets in order, over the end of the numbers too', () => {
    expect(judge(65_534, 65_535, 65_536)).to.deep.equal(['take', 'take', 'take']);
  });

  it('notices a gap', () => {
    expect(judge(1, 3, 4)).to.deep.equal(['take', 'take-after-loss', 'take']);
  });

  it('skips a packet that comes again later, and loses nothing by it', () => {
    expect(judge(65_535, 65_536, 65_537, 65_535, 65_538)).to.deep.equal([
      'take',
      'take',
      'take',
      'skip',
      'take',
    ]);
  });

  it('skips a packet that comes behind its successor', () => {
    expect(judge(1, 3, 2, 4)).to.deep.equal(['take', 'take-after-loss', 'skip', 'take']);
  });

  it('follows a source that counts anew', () => {
    expect(judge(5000, 1000, 1001)).to.deep.equal(['take', 'take-after-loss', 'take']);
    expect(order.judge(packet(990, { ssrc: 2 }))).to.equal('take-after-loss');
  });
});
